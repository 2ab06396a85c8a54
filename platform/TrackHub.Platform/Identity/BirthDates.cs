using System.Globalization;

namespace TrackHub.Platform.Identity;

/// <summary>Birth dates.</summary>
internal static class BirthDates
{
    private const int EarliestYear = 1900;
    private const int LatestYear = 2099;

    private static readonly string[] Iso = ["yyyy-MM-dd", "yyyyMMdd"];
    private static readonly string[] DayFirst = ["dd/MM/yyyy", "d/M/yyyy", "dd-MM-yyyy", "dd.MM.yyyy"];

    public static Normalized Normalize(string? value, bool dayFirst)
    {
        if (Hashes.TryPassOrDrop(value, out var hashed))
            return hashed;

        var text = Text.Trim(value);
        if (text.IsEmpty)
            return Normalized.Dropped(DropReason.Empty);

        // ISO 8601 with a time: the date is what counts, in the zone it was written in.
        if (text.Length > 10 && text[10] is 'T' or ' ')
            text = text[..10];

        if (!TryParse(text, Iso, out var date) && !(dayFirst && TryParse(text, DayFirst, out date)))
            return Normalized.Dropped(DropReason.NotADate);
        return date.Year is < EarliestYear or > LatestYear
            ? Normalized.Dropped(DropReason.NotADate)
            : Normalized.Of(date.ToString("yyyyMMdd", CultureInfo.InvariantCulture));
    }

    private static bool TryParse(ReadOnlySpan<char> text, string[] formats, out DateOnly date) =>
        DateOnly.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out date);
}
