using TrackHub.Metrics.Summing;

namespace TrackHub.Metrics.Sentry.Judging;

/// <summary>A brand's sums hour by hour, in its time zone. An hour without a row had nothing to sum: it is 0, not missing. Not thread-safe.</summary>
internal sealed class HourSeries
{
    private readonly TimeZoneInfo _zone;
    private readonly Sums[] _before;   // [i]: all hours before i, so that any window is one difference

    /// <summary>Takes the hours of a brand.</summary>
    /// <param name="zone">The brand's time zone.</param>
    /// <param name="first">Start of the first hour.</param>
    /// <param name="count">Hours, from 0.</param>
    /// <param name="hours">What is known of them, in any order; what lies outside is left out.</param>
    public HourSeries(TimeZoneInfo zone, DateTimeOffset first, int count, IEnumerable<(DateTimeOffset Start, Sums Sums)> hours)
    {
        _zone = zone;
        First = first;
        Count = count;
        _before = new Sums[count + 1];
        foreach (var (start, sums) in hours)
        {
            if (IndexOf(start) is >= 0 and var index && index < count)
                _before[index + 1] += sums;
        }

        for (var i = 0; i < count; i++)
            _before[i + 1] += _before[i];
    }

    /// <summary>Start of hour 0.</summary>
    public DateTimeOffset First { get; }

    /// <summary>Hours.</summary>
    public int Count { get; }

    /// <summary>Start of an hour.</summary>
    public DateTimeOffset StartOf(int hour) => First.AddHours(hour);

    /// <summary>The hour a moment lies in; negative or from <see cref="Count"/> on where it lies outside.</summary>
    public int IndexOf(DateTimeOffset at) => (int)Math.Floor((at - First).TotalHours);

    /// <summary>The sums from one hour to before another; both within 0 and <see cref="Count"/>.</summary>
    public Sums Between(int from, int end) => _before[end] + -_before[from];

    /// <summary>The hour that showed the same time on the brand's clock so many days before: where the clock was changed meanwhile, one earlier or later in UTC.</summary>
    public int DaysBefore(int hour, int days)
    {
        var at = StartOf(hour).UtcDateTime;
        var then = at.AddDays(-days);
        return hour - (days * 24) + (int)Math.Round((_zone.GetUtcOffset(at) - _zone.GetUtcOffset(then)).TotalHours);
    }
}
