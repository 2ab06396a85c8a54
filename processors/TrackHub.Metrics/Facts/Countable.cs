using TrackHub.Schemas;

namespace TrackHub.Metrics.Facts;

/// <summary>Bounds of what figures can be made of: what is within them neither overflows a sum nor is refused by PostgreSQL. Pure.</summary>
internal static class Countable
{
    // A trillion units of three decimals: beyond any sale, and ten thousand of them stay within a sum.
    private const long LargestMinor = 1_000_000_000_000_000;
    private const int LongestName = 500;
    private static readonly DateTimeOffset First = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset End = new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Why a conversion cannot be counted, one word; null if it can.</summary>
    public static string? FaultOf(Conversion conversion) =>
        !IsName(conversion.BrandId) || !IsName(conversion.Gateway) || !IsName(conversion.SaleId) ? "name"
        : !IsTime(conversion.EventTime) || !IsTime(conversion.ReceivedAt) ? "time"
        : conversion.AmountMinor is { } amount && !IsAmount(amount) ? "amount"
        : conversion.AmountMinor is not null && !IsCurrency(conversion.Currency) ? "currency"
        : null;

    /// <summary>Why a pull cannot be counted, one word; null if it can.</summary>
    public static string? FaultOf(AdSpend spend) =>
        spend.Source is not (MetricSource.Meta or MetricSource.Google) ? "source"
        : !IsName(spend.BrandId) || !IsName(spend.AccountId) ? "name"
        : !IsTime(spend.Hour) || !IsTime(spend.PulledAt) ? "time"
        : !IsAmount(spend.SpendMinor) || !IsAmount(spend.Clicks) || !IsAmount(spend.Impressions) ? "amount"
        : !IsCurrency(spend.Currency) ? "currency"
        : null;

    // PostgreSQL takes no NUL in a text, and no endless key in an index.
    private static bool IsName(string name) => name.Length is > 0 and <= LongestName && !name.Contains('\0', StringComparison.Ordinal);

    private static bool IsTime(DateTimeOffset at) => at >= First && at < End;

    private static bool IsAmount(long amount) => amount is >= 0 and <= LargestMinor;

    private static bool IsCurrency(string? currency) => currency is { Length: 3 } && currency.All(char.IsAsciiLetterUpper);
}
