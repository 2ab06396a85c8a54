using System.Runtime.InteropServices;

namespace TrackHub.Metrics.Sentry.Judging;

/// <summary>How some hours compare with their pattern.</summary>
/// <param name="Hour">The last of them.</param>
/// <param name="Window">How many.</param>
/// <param name="Value">The figure.</param>
/// <param name="Expected">What its pattern says.</param>
/// <param name="Percentage">100 · (value − expected) / expected.</param>
/// <param name="Score">How many standard deviations of the usual noise what is judged lies above its pattern; negative: below. The sign of what is judged, not of the figure.</param>
/// <param name="Noise">That standard deviation, relative to what is expected.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Judgement(int Hour, int Window, double Value, double Expected, double Percentage, double Score, double Noise);
