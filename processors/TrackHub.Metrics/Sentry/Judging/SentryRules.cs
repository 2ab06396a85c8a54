using TrackHub.Schemas;

namespace TrackHub.Metrics.Sentry.Judging;

/// <summary>How far off a figure must be to be an anomaly. From the brand's sensitivity; the rest is measured.</summary>
/// <param name="Threshold">Deviation from what is expected, in percent.</param>
internal sealed record SentryRules(double Threshold)
{
    /// <summary>50 %: only what breaks down.</summary>
    public static readonly SentryRules Low = new(50);

    /// <summary>30 %, the default.</summary>
    public static readonly SentryRules Medium = new(30);

    /// <summary>15 %.</summary>
    public static readonly SentryRules High = new(15);

    /// <summary>Windows that are judged, in hours, and the score each must reach: an hour strays more wildly than a normal distribution has it, a day is its own average.</summary>
    public static readonly IReadOnlyList<(int Hours, double Score)> Windows = [(1, 5), (3, 4.5), (6, 4), (24, 3.5)];

    /// <summary>Calm hours in a row that end an anomaly.</summary>
    public const int CalmHours = 3;

    /// <summary>Hours after its end in which the figure opens no other.</summary>
    public const int CooldownHours = 6;

    // Below this part of the threshold a figure is back: one that wavers around the threshold is one anomaly.
    private const double Back = 0.6;

    // So many standard deviations the threshold must be, for a window that shows nothing to mean that nothing is there.
    private const double Sight = 2.5;
    private const double Slight = 1.5;

    /// <summary>The rules of a sensitivity; of an unknown one the default.</summary>
    public static SentryRules Of(string sensitivity) => sensitivity switch { "low" => Low, "high" => High, _ => Medium };

    /// <summary>Whether it is an anomaly: far enough off, beyond what noise explains, and for the worse.</summary>
    public bool IsOff(WatchedMetric metric, Judgement judged) =>
        Math.Abs(judged.Percentage) >= Threshold && Math.Abs(judged.Score) >= ScoreOf(judged.Window) && IsWorse(metric, judged);

    /// <summary>Whether it is back where it belongs, as far as can be told.</summary>
    public bool IsCalm(WatchedMetric metric, Judgement judged) =>
        Math.Abs(judged.Percentage) < Threshold * Back || Math.Abs(judged.Score) < Slight || !IsWorse(metric, judged);

    /// <summary>Whether a deviation of the threshold would be seen in it.</summary>
    public bool WouldSee(Judgement judged) => Threshold / 100 / judged.Noise >= Sight;

    /// <summary>Info from the threshold on, warning from one and a half times, critical from twice the threshold or where nine tenths are gone.</summary>
    public AnomalySeverity SeverityOf(Judgement judged) =>
        Math.Abs(judged.Percentage) >= 2 * Threshold || judged.Percentage <= -90 ? AnomalySeverity.Critical
        : Math.Abs(judged.Percentage) >= 1.5 * Threshold ? AnomalySeverity.Warning
        : AnomalySeverity.Info;

    private static double ScoreOf(int window) => Windows.First(w => w.Hours == window).Score;

    private static bool IsWorse(WatchedMetric metric, Judgement judged) => metric.BothWays || judged.Score < 0;
}
