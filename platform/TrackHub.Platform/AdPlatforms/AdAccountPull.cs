using TrackHub.Platform.Performance;
using TrackHub.Platform.Tenants;

namespace TrackHub.Platform.AdPlatforms;

/// <summary>Either what was asked for, or why not.</summary>
internal readonly record struct AdAnswer<T>(T? Value, AdFault? Fault)
    where T : class
{
    public static implicit operator AdAnswer<T>(T value) => new(value, null);

    public static implicit operator AdAnswer<T>(AdFault fault) => new(null, fault);
}

/// <summary>What both platforms do alike with an account and its hours. Pure.</summary>
internal static class AdAccountPull
{
    // Longer than any platform's; bounds what is sent and kept.
    private const int LongestKey = 4096;

    /// <summary>What is wrong with a key or an account's id before anybody is asked; null for nothing.</summary>
    public static AdFault? FaultOf(string platform, Secret<string> key, string accountId) =>
        !IsKey(key.Reveal()) ? new(AdFaultKind.Refused, $"This is no key: it has 1 to {LongestKey} characters without spaces. Copy it again.")
        : !AccountIds.IsNormal(platform, accountId) ? new(AdFaultKind.Refused, "This is no account id of that platform. Meta's has digits, with act_ before them or not; Google's has ten digits.")
        : null;

    /// <summary>Whether it can be a key: printable ASCII, no space.</summary>
    public static bool IsKey(string key) => key.Length is > 0 and <= LongestKey && key.All(static c => c is > ' ' and <= '~');

    /// <summary>What becomes of a key, for people.</summary>
    public static AdValidation Validation(AdAnswer<AdAccount> asked, string platform) => asked.Value is { } account
        ? new(true, $"{platform} takes the key. The account counts in {account.Currency} and by the clock of {account.TimeZone}.", account)
        : new(false, asked.Fault!.Message, null);

    /// <summary>An account, if this machine knows its clock and its money.</summary>
    public static AdAnswer<AdAccount> Account(string? timeZone, string? currency, string platform) =>
        timeZone is null || currency is null || !Money.Currencies.IsKnown(currency) || !TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out _)
            ? new AdFault(AdFaultKind.Unreadable, $"{platform} told no time zone or currency that TrackHub knows.")
            : new AdAccount(timeZone, currency.ToUpperInvariant());

    /// <summary>Pulls the hours of an account's last days.</summary>
    /// <param name="account">What it counts in.</param>
    /// <param name="days">Days, today included.</param>
    /// <param name="now">What counts as now.</param>
    /// <param name="read">Asks for the hours between two local dates.</param>
    public static async Task<AdPull> PullAsync(AdAccount account, int days, DateTimeOffset now, Func<DateOnly, DateOnly, Task<AdAnswer<List<LocalHour>>>> read)
    {
        var last = BucketClock.Of(account.TimeZone).DateOf(now);
        var first = last.AddDays(1 - days);
        var told = await read(first, last);
        if (told.Value is not { } hours)
            return new() { Account = account, Fault = told.Fault };
        try
        {
            return new() { Account = account, Hours = AccountHours.Of(account, first, last, hours, now) };
        }
        catch (ArgumentOutOfRangeException)
        {
            return new() { Account = account, Fault = new(AdFaultKind.Unreadable, "The platform told a cost that is negative or beyond all bounds.") };
        }
    }
}
