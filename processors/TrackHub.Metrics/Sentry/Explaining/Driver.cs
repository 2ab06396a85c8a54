using TrackHub.Metrics.Summing;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Sentry.Explaining;

/// <summary>What figures are made of.</summary>
internal enum SumPart
{
    Spend,
    Revenue,
    Conversions,
    Clicks,
    Impressions,
}

/// <summary>The sum that moved a figure, and the source that moved the sum.</summary>
/// <param name="Part">Which sum; of a ratio the side that changed more.</param>
/// <param name="Now">The sum over all sources.</param>
/// <param name="Usual">What it usually is.</param>
/// <param name="Other">The other side of the ratio; null: there is none.</param>
/// <param name="OtherChange">How that changed, as a share.</param>
/// <param name="Source">The source that explains most of it.</param>
/// <param name="SourceNow">The sum there.</param>
/// <param name="SourceUsual">What it usually is there.</param>
/// <param name="Share">How much of the change lies there, 0 to 1.</param>
internal sealed record Driver(
    SumPart Part, long Now, long Usual, SumPart? Other, double OtherChange, MetricSource Source, long SourceNow, long SourceUsual, double Share)
{
    /// <summary>Whether the sum fell.</summary>
    public bool Fell => Now < Usual;

    /// <summary>Finds it; null where nothing is usual yet.</summary>
    public static Driver? Of(AnomalyCase anomaly)
    {
        var (above, below) = SidesOf(anomaly.Metric);
        var (part, other) = below is { } divisor && ChangeOf(anomaly, divisor) > ChangeOf(anomaly, above) ? (divisor, (SumPart?)above) : (above, below);
        var (now, usual) = TotalOf(anomaly, part);
        if (usual == 0 || anomaly.Parts.Count == 0)
            return null;

        var fell = now < usual;
        var parts = anomaly.Parts.Select(p => (p.Source, Now: AmountOf(part, p.Now), Usual: AmountOf(part, p.Usual))).ToList();
        var most = parts.MaxBy(p => fell ? p.Usual - p.Now : p.Now - p.Usual);
        var moved = parts.Sum(p => Math.Max(0, fell ? p.Usual - p.Now : p.Now - p.Usual));
        var (otherNow, otherUsual) = other is { } side ? TotalOf(anomaly, side) : default;
        return new(
            part, now, usual, other, otherUsual == 0 ? 0 : ((double)otherNow / otherUsual) - 1, most.Source, most.Now, most.Usual,
            moved == 0 ? 0 : (double)Math.Abs(most.Now - most.Usual) / moved);
    }

    /// <summary>One of the sums.</summary>
    public static long AmountOf(SumPart part, Sums sums) => part switch
    {
        SumPart.Spend => sums.Spend,
        SumPart.Revenue => sums.Revenue,
        SumPart.Conversions => sums.Conversions,
        SumPart.Clicks => sums.Clicks,
        _ => sums.Impressions,
    };

    private static (SumPart Above, SumPart? Below) SidesOf(MetricType metric) => metric switch
    {
        MetricType.Spend => (SumPart.Spend, null),
        MetricType.Revenue => (SumPart.Revenue, null),
        MetricType.Roas => (SumPart.Revenue, SumPart.Spend),
        MetricType.Cac => (SumPart.Spend, SumPart.Conversions),
        MetricType.Ctr => (SumPart.Clicks, SumPart.Impressions),
        MetricType.Cpc => (SumPart.Spend, SumPart.Clicks),
        _ => (SumPart.Conversions, null),
    };

    // Twice as much and half as much are the same distance.
    private static double ChangeOf(AnomalyCase anomaly, SumPart part) =>
        TotalOf(anomaly, part) is var (now, usual) && usual > 0 ? Math.Abs(Math.Log(Math.Max(now, 0.5) / usual)) : 0;

    private static (long Now, long Usual) TotalOf(AnomalyCase anomaly, SumPart part) =>
        (anomaly.Parts.Sum(p => AmountOf(part, p.Now)), anomaly.Parts.Sum(p => AmountOf(part, p.Usual)));
}
