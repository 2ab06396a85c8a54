using FsCheck;
using FsCheck.Fluent;
using TrackHub.Load.Measuring;

namespace TrackHub.Load.Tests.Measuring;

public sealed class LatencyHistogramTests
{
    private static readonly double[] Shares = [0, 0.01, 0.5, 0.75, 0.9, 0.99, 0.999, 1];

    // From a tick to a quarter of an hour, every power of ten alike.
    private static readonly Gen<TimeSpan> Latencies =
        from power in Gen.Choose(0, 9)
        from digits in Gen.Choose(0, 9_999_999)
        select TimeSpan.FromTicks((long)(digits * Math.Pow(10, power - 6)));

    [Fact]
    public void Every_percentile_is_that_of_the_sorted_values_within_the_error() =>
        Prop.ForAll(Latencies.NonEmptyListOf().ToArbitrary(), static latencies =>
        {
            var histogram = new LatencyHistogram();
            foreach (var latency in latencies)
                histogram.Record(latency);

            var sorted = latencies.Order().ToList();
            return histogram.Count == sorted.Count && histogram.Max == sorted[^1] && Shares.All(share =>
            {
                var exact = sorted[Math.Max(1, (int)Math.Ceiling(share * sorted.Count)) - 1];
                var told = histogram.Percentile(share);
                return told >= exact && (told - exact).Ticks <= exact.Ticks * LatencyHistogram.RelativeError;
            });
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Percentiles_never_fall_and_end_at_the_maximum() =>
        Prop.ForAll(Latencies.NonEmptyListOf().ToArbitrary(), static latencies =>
        {
            var histogram = new LatencyHistogram();
            foreach (var latency in latencies)
                histogram.Record(latency);

            var told = Shares.Select(histogram.Percentile).ToList();
            return told.SequenceEqual(told.Order()) && told[^1] == histogram.Max;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Counting_from_many_threads_loses_nothing()
    {
        var histogram = new LatencyHistogram();

        Parallel.For(0, 100_000, i => histogram.Record(TimeSpan.FromTicks(i)));

        histogram.Count.ShouldBe(100_000);
        histogram.Max.ShouldBe(TimeSpan.FromTicks(99_999));
        histogram.Percentile(0.5).Ticks.ShouldBeInRange(49_999, 50_060);
    }

    [Fact]
    public void What_is_beyond_the_range_or_below_zero_is_counted()
    {
        var histogram = new LatencyHistogram();

        histogram.Record(TimeSpan.FromHours(2));
        histogram.Record(TimeSpan.FromMilliseconds(-5));

        histogram.Count.ShouldBe(2);
        histogram.Max.ShouldBe(TimeSpan.FromHours(2));
        histogram.Percentile(0.5).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Nothing_recorded_is_zero()
    {
        var histogram = new LatencyHistogram();

        histogram.Percentile(0.999).ShouldBe(TimeSpan.Zero);
        histogram.Max.ShouldBe(TimeSpan.Zero);
    }
}
