using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TrackHub.ConsoleApi.Performance.Contract;
using TrackHub.ConsoleApi.Performance.Figures;
using TrackHub.Platform.Performance;

namespace TrackHub.ConsoleApi.Performance.Mocking;

/// <summary>Made-up figures: random, and the same whenever the same bucket is asked for. Pure.</summary>
/// <remarks>An hour is drawn from its brand and start; days and weeks are the sums of their hours, and aggregated that of the three, as with real figures.</remarks>
internal static class MockFigures
{
    /// <summary>Zone of every made-up brand.</summary>
    public const string TimeZone = "America/Sao_Paulo";

    private const string Currency = "BRL";

    /// <summary>A page of a range, by start and source, with one bucket more than asked for if there is one.</summary>
    public static List<Bucket> Of(MetricQuery query, BucketClock clock, DateTimeOffset from, DateTimeOffset to) =>
        [.. Starts(query.Period, clock, from, to)
            .SelectMany(start => query.Sources.Select(source => (Start: start, Source: source)))
            .Where(at => query.AfterSource.Length == 0 || IsAfter(at.Start, at.Source, query))
            .Take(query.Limit + 1)
            .Select(at => Sum(query, at.Source, at.Start, clock))];

    private static bool IsAfter(DateTimeOffset start, FigureSource source, MetricQuery query) =>
        start > query.AfterStart || (start == query.AfterStart && string.CompareOrdinal(ContractText<FigureSource>.Of(source), query.AfterSource) > 0);

    private static IEnumerable<DateTimeOffset> Starts(FigurePeriod period, BucketClock clock, DateTimeOffset from, DateTimeOffset to)
    {
        var start = StartOf(period, clock, from);
        for (start = start < from ? NextOf(period, clock, start) : start; start < to; start = NextOf(period, clock, start))
            yield return start;
    }

    private static DateTimeOffset StartOf(FigurePeriod period, BucketClock clock, DateTimeOffset at) =>
        clock.StartsOf(at) is var starts && period is FigurePeriod.Hourly ? starts.Hour : period is FigurePeriod.Daily ? starts.Day : starts.Week;

    private static DateTimeOffset NextOf(FigurePeriod period, BucketClock clock, DateTimeOffset start) => period is FigurePeriod.Hourly
        ? start.AddHours(1)
        : clock.StartOf(clock.DateOf(start).AddDays(period is FigurePeriod.Daily ? 1 : 7));

    private static Bucket Sum(MetricQuery query, FigureSource source, DateTimeOffset start, BucketClock clock)
    {
        var sources = source is FigureSource.Aggregated ? [FigureSource.Meta, FigureSource.Google, FigureSource.Organic] : new[] { source };
        var sum = new Bucket { BrandId = query.BrandId, Source = source, Period = query.Period, Start = start, Currency = Currency, Revision = 1 };
        for (var hour = start; hour < NextOf(query.Period, clock, start); hour = hour.AddHours(1))
            sum = sources.Aggregate(sum, (so, each) => Add(so, each, hour));
        return sum;
    }

    private static Bucket Add(Bucket sum, FigureSource source, DateTimeOffset hour)
    {
        Span<byte> drawn = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{sum.BrandId} {source} {hour.UtcTicks}")), drawn);
        var impressions = source is FigureSource.Organic ? 0 : 400 + Below(drawn, 0, 1_600);
        var clicks = source is FigureSource.Organic ? 0 : impressions * (10 + Below(drawn, 4, 30)) / 1_000;
        var sales = 1 + Below(drawn, 8, 9);
        return sum with
        {
            Impressions = sum.Impressions + impressions,
            Clicks = sum.Clicks + clicks,
            SpendMinor = sum.SpendMinor + (clicks * (80 + Below(drawn, 12, 120))),
            Conversions = sum.Conversions + sales,
            NewCustomers = sum.NewCustomers + sales,
            RevenueMinor = sum.RevenueMinor + (sales * (9_700 + Below(drawn, 16, 20_000))),
            RefundedMinor = sum.RefundedMinor + (Below(drawn, 20, 20) == 0 ? 9_700 : 0),
        };
    }

    private static long Below(ReadOnlySpan<byte> drawn, int at, uint limit) => BinaryPrimitives.ReadUInt32BigEndian(drawn[at..]) % limit;
}
