using System.Globalization;
using TrackHub.Cli.Output;
using TrackHub.Metrics.Auditing;
using TrackHub.Platform.Money;

namespace TrackHub.Cli.Bookkeeping;

/// <summary>How the comparison of revenue is shown. Pure.</summary>
internal static class RevenueColumns
{
    /// <summary>A brand's revenue in one currency, major units, as each place says.</summary>
    public static readonly Column<BrandRevenue>[] Of =
    [
        new("brand", static r => r.BrandId), new("currency", static r => r.Currency), new("revenue_figures", static r => Major(r.Figures, r.Currency)),
        new("revenue_conversions", static r => Major(r.Table, r.Currency)), new("revenue_topic", static r => r.Topic is { } topic ? Major(topic, r.Currency) : "not read"),
    ];

    /// <summary>What differs, one line each, and what to do.</summary>
    public static IEnumerable<string> Told(RevenueReport report)
    {
        if (report.Behind > 0)
        {
            yield return $"The metrics role or the ledger has not read {report.Behind} conversions yet, so revenue is not judged. Ask again; if it does not move, `trackhub status` says whether both run.";
            yield break;
        }

        foreach (var sale in report.Sales)
            yield return $"revenue: sale {sale.SaleId} of {sale.Gateway}, brand {sale.BrandId}: the figures do not know what {(sale.Where == "topic" ? "the topic" : "the table conversions")} says";
        foreach (var sum in report.Sums)
            yield return $"revenue: figure {sum} is not the sum of its sales and spend";
        if (!report.Balanced)
            yield return "Remedy: `trackhub rebuild metrics` makes the figures anew from the log; then ask again. `trackhub explain` with a sale's id tells its story.";
    }

    /// <summary>The last line.</summary>
    public static string Verdict(RevenueReport report) => report switch
    {
        { Behind: > 0 } => "not known: the metrics role is behind",
        { Balanced: false } => string.Create(CultureInfo.InvariantCulture, $"revenue differs in {report.Sales.Count} sales and {report.Sums.Count} figures"),
        _ => "balanced",
    };

    private static string Major(long minor, string currency) => MinorUnits.ToMajor(minor, currency).ToString(CultureInfo.InvariantCulture);
}
