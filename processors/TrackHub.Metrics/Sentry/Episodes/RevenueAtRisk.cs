using TrackHub.Metrics.Sentry.Judging;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Sentry.Episodes;

/// <summary>What an anomaly costs if a day stays like its worst hours. Pure.</summary>
/// <remarks>
/// A fall of revenue or conversions costs its share of a usual day's revenue; a fall of roas or ctr that share of what ads bring; a rise of cac or cpc what the same budget
/// brings less, 1 − 1 / (1 + rise); more spend what is spent beyond the usual, less spend its share of what ads bring.
/// </remarks>
internal static class RevenueAtRisk
{
    /// <summary>In minor units, from 0.</summary>
    /// <param name="metric">Which figure.</param>
    /// <param name="percentage">How far off it is.</param>
    /// <param name="dayRevenue">Revenue of a usual day.</param>
    /// <param name="daySpend">Spend of a usual day.</param>
    /// <param name="paidShare">Share of the revenue that ads bring, 0 to 1.</param>
    public static long Of(MetricType metric, double percentage, double dayRevenue, double daySpend, double paidShare)
    {
        var off = percentage / 100;
        var risk = metric switch
        {
            MetricType.Revenue or MetricType.Conversions => dayRevenue * Math.Max(0, -off),
            MetricType.Roas or MetricType.Ctr => dayRevenue * paidShare * Math.Max(0, -off),
            MetricType.Cac or MetricType.Cpc => dayRevenue * paidShare * Math.Max(0, 1 - (1 / (1 + off))),
            MetricType.Spend => off > 0 ? daySpend * off : dayRevenue * paidShare * -off,
            _ => 0,
        };
        return (long)Math.Clamp(Math.Round(risk), 0, long.MaxValue / 2);
    }

    /// <summary>What that takes from a brand's hours.</summary>
    public static long Of(MetricType metric, Judgement worst, Baseline baseline, double paidShare) => Of(
        metric, worst.Percentage, baseline.Expect(WatchedMetric.Of(MetricType.Revenue), worst.Hour, Day) ?? 0,
        baseline.Expect(WatchedMetric.Of(MetricType.Spend), worst.Hour, Day) ?? 0, paidShare);

    private const int Day = 24;
}
