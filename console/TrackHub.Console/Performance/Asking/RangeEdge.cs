using System.Globalization;
using TrackHub.Platform.Performance;

namespace TrackHub.ConsoleApi.Performance.Asking;

/// <summary>One end of a range: a date of the brand's calendar, or a moment.</summary>
/// <param name="Date">The date; null for a moment.</param>
/// <param name="Moment">The moment, UTC; of a date nothing.</param>
internal readonly record struct RangeEdge(DateOnly? Date, DateTimeOffset Moment)
{
    // What a seller may have figures of, and room on both sides for every zone.
    private const int FirstYear = 2000;
    private const int LastYear = 2100;

    private static readonly string[] Moments = ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>What both forms look like, for faults.</summary>
    public const string Remedy = "give a date such as 2026-11-22, or a time with its offset such as 2026-11-22T03:00:00Z (a + in an address is written %2B), of the years 2000 to 2100";

    /// <summary>Reads <c>yyyy-MM-dd</c>, or an ISO 8601 time that says its offset.</summary>
    public static bool TryParse(string? text, out RangeEdge edge)
    {
        edge = default;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            edge = new(date, default);
        else if (SaysOffset(text) && DateTimeOffset.TryParseExact(text, Moments, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment))
            edge = new(null, moment.ToUniversalTime());
        else
            return false;
        return (edge.Date?.Year ?? edge.Moment.Year) is >= FirstYear and <= LastYear;
    }

    /// <summary>Where a range that begins with it begins.</summary>
    public DateTimeOffset StartIn(BucketClock clock) => Date is { } date ? clock.StartOf(date) : Moment;

    /// <summary>Where a range that ends with it ends: a date counts whole, a moment no more.</summary>
    public DateTimeOffset EndIn(BucketClock clock) => Date is { } date ? clock.StartOf(date.AddDays(1)) : Moment;

    private static bool SaysOffset(string? text) => text is not null && text.IndexOf('T', StringComparison.Ordinal) is > 0 and var t && text.AsSpan(t).IndexOfAny('Z', '+', '-') > 0;
}
