using TrackHub.Metrics.Sentry.Judging;
using TrackHub.Metrics.Summing;

namespace TrackHub.Metrics.Tests.Sentry;

/// <summary>Hours of a made brand: twelve weeks from a Monday's midnight in São Paulo, a week's shape and some noise.</summary>
internal static class MadeHours
{
    public const int Week = 168;
    public const int Count = 12 * Week;

    public static readonly DateTimeOffset First = new(2026, 1, 5, 3, 0, 0, TimeSpan.Zero);
    private static readonly TimeZoneInfo Zone = TimeZoneInfo.FindSystemTimeZoneById("America/Sao_Paulo");

    /// <summary>An hour as it usually is, at so many sales: evenings sell five times what nights do, weekends less.</summary>
    public static Sums Usual(int hour, Random random, double sales = 100)
    {
        var shape = (1.5 + Math.Sin(((hour % 24) - 9) / 24.0 * 2 * Math.PI)) * (hour % Week >= 120 ? 0.7 : 1) * sales;
        long Around(double mean) => (long)Math.Round(mean * (0.93 + (0.14 * random.NextDouble())));
        return new() { Spend = Around(shape * 7_000), Revenue = Around(shape * 19_700), Conversions = Around(shape), Clicks = Around(shape * 60), Impressions = Around(shape * 4_000) };
    }

    /// <summary>A series of usual hours, each changed as told.</summary>
    public static HourSeries Series(int seed, Func<int, Sums, Sums>? change = null, double sales = 100, int count = Count)
    {
        var random = new Random(seed);
        return Of([.. Enumerable.Range(0, count).Select(hour => (change ?? (static (_, sums) => sums))(hour, Usual(hour, random, sales)))]);
    }

    /// <summary>A series of these hours.</summary>
    public static HourSeries Of(IReadOnlyList<Sums> hours) => new(Zone, First, hours.Count, hours.Select(static (sums, hour) => (First.AddHours(hour), sums)));
}
