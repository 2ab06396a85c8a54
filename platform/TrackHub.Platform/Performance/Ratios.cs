namespace TrackHub.Platform.Performance;

/// <summary>The four ratios of a set of sums. Made from sums alone: of several periods or sources add the sums, never the ratios.</summary>
/// <remarks>A ratio whose divisor is 0 is unknown, not 0: an hour without spend has no return on it.</remarks>
public static class Ratios
{
    /// <summary>Return on ad spend: revenue by spend.</summary>
    public static double? Roas(long revenueMinor, long spendMinor) => Of(revenueMinor, spendMinor);

    /// <summary>Cost of acquiring a customer, also called CPA: spend by new customers, in minor units.</summary>
    public static double? CacMinor(long spendMinor, long newCustomers) => Of(spendMinor, newCustomers);

    /// <summary>Click-through rate: clicks by impressions, 0 to 1.</summary>
    public static double? Ctr(long clicks, long impressions) => Of(clicks, impressions);

    /// <summary>Cost per click: spend by clicks, in minor units.</summary>
    public static double? CpcMinor(long spendMinor, long clicks) => Of(spendMinor, clicks);

    private static double? Of(long dividend, long divisor) => divisor == 0 ? null : (double)dividend / divisor;
}
