namespace TrackHub.Platform.AdPlatforms;

/// <summary>Ids of ad accounts in the one form that rows, records and calls use. Pure.</summary>
public static class AccountIds
{
    private const string MetaPrefix = "act_";

    /// <summary>Whether an id is in that form.</summary>
    public static bool IsNormal(string platform, string accountId) => TryNormalize(platform, accountId, out var normal) && normal == accountId;

    /// <summary>Reads an id as people copy it: Meta's with or without <c>act_</c>, Google's ten digits with or without hyphens.</summary>
    /// <param name="platform">One of <see cref="AdPlatformNames"/>.</param>
    /// <param name="text">As it was given.</param>
    /// <param name="accountId"><c>act_</c> and 1 to 20 digits for Meta, ten digits for Google.</param>
    /// <returns>False: no id of that platform.</returns>
    public static bool TryNormalize(string platform, string? text, out string accountId)
    {
        var given = text?.Trim() ?? "";
        var digits = platform switch
        {
            AdPlatformNames.Meta => given.StartsWith(MetaPrefix, StringComparison.OrdinalIgnoreCase) ? given[MetaPrefix.Length..] : given,
            AdPlatformNames.Google => given.Length == 12 && given[3] == '-' && given[7] == '-' ? given.Replace("-", "", StringComparison.Ordinal) : given,
            _ => "",
        };
        var isId = digits.All(char.IsAsciiDigit) && (platform == AdPlatformNames.Google ? digits.Length == 10 : digits.Length is > 0 and <= 20);
        accountId = !isId ? "" : platform == AdPlatformNames.Meta ? MetaPrefix + digits : digits;
        return isId;
    }
}
