using TrackHub.Platform.Identity;

namespace TrackHub.Ingest.Webhooks.Hotmart;

/// <summary>Hotmart's <c>checkout_phone</c> and its code, neither of which is reliable.</summary>
/// <remarks>
/// Seen: country code without plus, area code and number, the number alone with the area code beside it, a placeholder of nines. The code
/// holds an area code, a country code or nines. Whether an area code exists is for the normaliser to say.
/// </remarks>
internal static class HotmartPhone
{
    // Shorter ones are numbers at home in most plans.
    private const int LeastWithCountryCode = 11;

    /// <summary>The number in international form, or null if it is not one that could be a person's.</summary>
    /// <param name="phone">The number as given.</param>
    /// <param name="code">The code beside it.</param>
    /// <param name="country">ISO code of the checkout's country; null is taken for Brazil, where nearly all checkouts are.</param>
    public static string? Of(string? phone, string? code, string? country)
    {
        var digits = Digits(phone);
        if (digits.Length is 0 || digits.StartsWith("99999999", StringComparison.Ordinal) || digits.All(c => c == digits[0]))
            return null;

        var prefix = Digits(code);
        if (country is not null && !country.Equals("BR", StringComparison.OrdinalIgnoreCase))
            return Abroad(digits, prefix, country);

        return digits.Length switch
        {
            12 or 13 when digits.StartsWith("55", StringComparison.Ordinal) => "+" + digits,
            10 or 11 => "+55" + digits,
            8 or 9 when prefix.Length is 2 => $"+55{prefix}{digits}",
            _ => null,
        };
    }

    // The country's own numbering says most: a number at home carries no country code, and the code beside it may be an area code.
    private static string? Abroad(string digits, string prefix, string country)
    {
        if (Normalizer.Phone(digits, country).Primary is { } known)
            return "+" + known;
        if (prefix.Length is > 0 and <= 3)
            return digits.StartsWith(prefix, StringComparison.Ordinal) ? "+" + digits : $"+{prefix}{digits}";
        return digits.Length >= LeastWithCountryCode ? "+" + digits : null;
    }

    private static string Digits(string? text) => text is null ? "" : string.Concat(text.Where(char.IsAsciiDigit));
}
