using System.Globalization;

namespace TrackHub.Ingest.Webhooks;

/// <summary>Amounts written for people: <c>R$ 169,80</c>, <c>R$ 1.234,56</c>, <c>US$ 1,234.56</c>.</summary>
internal static class DisplayAmount
{
    private const string Separators = ".,";

    // Longest first: US$ also ends in $.
    private static readonly (string Sign, string Currency)[] Signs = [("US$", "USD"), ("R$", "BRL"), ("€", "EUR"), ("$", "USD")];

    /// <summary>
    /// Reads an amount. Where both separators stand, the last one is the decimal mark; a single one is, unless exactly three digits follow it:
    /// that could be thousands, and a comma then is not guessed.
    /// </summary>
    /// <param name="text">Trimmed text.</param>
    /// <param name="major">Amount in major units.</param>
    /// <param name="currency">ISO 4217 code of the sign in front; null if none stands there.</param>
    public static bool TryParse(string text, out decimal major, out string? currency)
    {
        (major, currency) = (0, null);
        foreach (var (sign, code) in Signs)
        {
            if (!text.StartsWith(sign, StringComparison.OrdinalIgnoreCase))
                continue;
            (text, currency) = (text[sign.Length..], code);
            break;
        }

        var digits = text.Trim();
        if (digits.Length is 0 || !char.IsAsciiDigit(digits[0]) || digits.Any(static c => !char.IsAsciiDigit(c) && !Separators.Contains(c)))
            return false;

        return FindDecimalMark(digits) is { } mark
            && decimal.TryParse(Plain(digits, mark), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out major);
    }

    /// <summary>Position of the decimal mark, the length if there is none; null if the text has no one meaning.</summary>
    private static int? FindDecimalMark(string digits)
    {
        var last = digits.LastIndexOfAny(['.', ',']);
        if (last < 0)
            return digits.Length;

        var other = digits[last] is '.' ? ',' : '.';
        var isRepeated = digits.IndexOf(digits[last], StringComparison.Ordinal) != last;
        var following = digits.Length - last - 1;
        if (isRepeated)
            return digits.Contains(other, StringComparison.Ordinal) || !AreThousands(digits, digits[last]) ? null : digits.Length;
        if (digits.Contains(other, StringComparison.Ordinal))
            return following is > 0 and <= 2 && AreThousands(digits[..last], other) ? last : null;
        return following switch
        {
            1 or 2 => last,
            3 when digits[last] is '.' && last is > 0 and <= 3 => digits.Length,
            _ => null,
        };
    }

    private static bool AreThousands(string digits, char separator)
    {
        var groups = digits.Split(separator);
        return groups[0].Length is > 0 and <= 3 && groups.Skip(1).All(static group => group.Length is 3);
    }

    private static string Plain(string digits, int mark)
    {
        var whole = string.Concat(digits[..mark].Where(char.IsAsciiDigit));
        return mark < digits.Length ? $"{whole}.{digits[(mark + 1)..]}" : whole;
    }
}
