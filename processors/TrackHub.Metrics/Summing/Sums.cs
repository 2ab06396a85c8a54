using System.Runtime.InteropServices;

namespace TrackHub.Metrics.Summing;

/// <summary>What is added up for a brand, source and period. Amounts in minor units of the brand's currency.</summary>
/// <param name="Spend">Spent on ads.</param>
/// <param name="Revenue">Paid and not taken back.</param>
/// <param name="Refunded">Paid and taken back.</param>
/// <param name="Conversions">Sales that stand, renewals not among them; each is a new customer as well.</param>
/// <param name="Clicks">Clicks on ads.</param>
/// <param name="Impressions">Impressions of ads.</param>
/// <param name="Unconverted">Amounts left out for want of a rate.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Sums(long Spend, long Revenue, long Refunded, long Conversions, long Clicks, long Impressions, long Unconverted)
{
    public static Sums operator +(Sums left, Sums right) => new(
        left.Spend + right.Spend, left.Revenue + right.Revenue, left.Refunded + right.Refunded, left.Conversions + right.Conversions,
        left.Clicks + right.Clicks, left.Impressions + right.Impressions, left.Unconverted + right.Unconverted);

    public static Sums operator -(Sums sums) => new(
        -sums.Spend, -sums.Revenue, -sums.Refunded, -sums.Conversions, -sums.Clicks, -sums.Impressions, -sums.Unconverted);
}
