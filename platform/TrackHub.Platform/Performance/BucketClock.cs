using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace TrackHub.Platform.Performance;

/// <summary>Where the periods that a moment lies in begin.</summary>
/// <param name="Hour">Start of its hour.</param>
/// <param name="Day">Start of its day.</param>
/// <param name="Week">Start of its ISO week.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct BucketStarts(DateTimeOffset Hour, DateTimeOffset Day, DateTimeOffset Week);

/// <summary>Hours, days and ISO weeks of a time zone. Thread-safe.</summary>
/// <remarks>
/// An hour begins when the local clock shows :00, which is not so in UTC where offsets are of half hours; an hour that the clock repeats is two. A
/// day begins with the first moment of its date, at midnight or where the clock leaps over it, and lasts 23, 24 or 25 hours; a week begins with its Monday.
/// </remarks>
public sealed class BucketClock
{
    // Days of thirteen months several times over; dates beyond come from no seller.
    private const int MostDays = 4096;

    private static readonly ConcurrentDictionary<string, BucketClock> Clocks = new(StringComparer.Ordinal);
    private readonly TimeZoneInfo _zone;
    private readonly ConcurrentDictionary<DateOnly, DateTimeOffset> _days = new();

    private BucketClock(TimeZoneInfo zone) => _zone = zone;

    /// <summary>The clock of an IANA zone; of one this machine does not know UTC's.</summary>
    public static BucketClock Of(string timeZone) => Clocks.GetOrAdd(
        timeZone, static id => new(TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone) ? zone : TimeZoneInfo.Utc));

    /// <summary>The local date of a moment.</summary>
    public DateOnly DateOf(DateTimeOffset at) => DateOnly.FromDateTime(at.UtcDateTime + _zone.GetUtcOffset(at));

    /// <summary>The periods a moment lies in.</summary>
    public BucketStarts StartsOf(DateTimeOffset at)
    {
        var offset = _zone.GetUtcOffset(at);
        var local = at.UtcDateTime + offset;
        var intoHour = local.Ticks % TimeSpan.TicksPerHour;
        var date = DateOnly.FromDateTime(local);
        var sinceMonday = ((int)date.DayOfWeek + 6) % 7;
        return new(at.ToUniversalTime().AddTicks(-intoHour), StartOf(date), StartOf(date.AddDays(-sinceMonday)));
    }

    /// <summary>The first moment of a date.</summary>
    public DateTimeOffset StartOf(DateOnly date)
    {
        if (_days.Count > MostDays)
            _days.Clear();
        return _days.GetOrAdd(date, FindStart);
    }

    private DateTimeOffset FindStart(DateOnly date)
    {
        // Offsets lie between −12 and +14 hours, and change at whole minutes.
        var midnight = new DateTimeOffset(date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        var (before, reached) = (-15 * 60, 13 * 60);
        while (reached - before > 1)
        {
            var middle = (before + reached) / 2;
            if (DateOf(midnight.AddMinutes(middle)) >= date)
                reached = middle;
            else
                before = middle;
        }

        return midnight.AddMinutes(reached);
    }
}
