using System.Globalization;
using TrackHub.Platform.Money;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Sentry.Explaining;

/// <summary>Explains anomalies by rules: which sum moved, by which source, and, of sales, by which campaign or stage of the match. Pure.</summary>
internal sealed class RuleInsight : IInsightProvider
{
    // Below these a part is not the cause, or too little to be one.
    private const double WorthShare = 0.3;
    private const double WorthShift = 0.2;
    private const long FewestSales = 5;
    private const int LongestName = 60;

    /// <inheritdoc/>
    public ValueTask<Insight?> ExplainAsync(AnomalyCase anomaly, CancellationToken cancellationToken) => ValueTask.FromResult(Explain(anomaly));

    /// <summary>Explains one.</summary>
    public static Insight? Explain(AnomalyCase anomaly)
    {
        if (Driver.Of(anomaly) is not { } driver)
            return new(Opening(anomaly), "Look at the sources one by one: none of them has a usual value yet.");

        var sales = driver.Part is SumPart.Revenue or SumPart.Conversions;
        var unmatched = sales ? Unmatched(anomaly) : null;
        var campaign = sales && driver.Fell ? LostCampaign(anomaly) : null;
        string?[] sentences = [Opening(anomaly), SideOf(driver, anomaly), SourceOf(driver, anomaly), unmatched, campaign?.Text];
        return new(string.Join(' ', sentences.Where(static s => s is not null)), ActionFor(anomaly, driver, unmatched is not null, campaign?.Name));
    }

    private static string Opening(AnomalyCase anomaly) => Text(
        $"{Name(anomaly.Metric)} was {Figure(anomaly, anomaly.Found.Value)} in {(anomaly.Found.Window == 1 ? "the hour" : $"the {anomaly.Found.Window} hours")} until {anomaly.Until:yyyy-MM-dd HH:mm}, {Math.Abs(anomaly.Found.Percentage):0} % {(anomaly.Found.Percentage < 0 ? "below" : "above")} the usual {Figure(anomaly, anomaly.Found.Expected)}.");

    private static string? SideOf(Driver driver, AnomalyCase anomaly) => driver.Other is not { } other ? null : Text(
        $"What moved is {Name(driver.Part)}: {Amount(driver.Part, driver.Now, anomaly.Currency)} instead of {Amount(driver.Part, driver.Usual, anomaly.Currency)}, while {Name(other)} {ChangeText(driver.OtherChange)}.");

    private static string SourceOf(Driver driver, AnomalyCase anomaly) => Text(
        $"{Name(driver.Source)} explains {100 * driver.Share:0} % of it: {Amount(driver.Part, driver.SourceNow, anomaly.Currency)} instead of {Amount(driver.Part, driver.SourceUsual, anomaly.Currency)}.");

    // Sales that lost their click count as organic: the ads work, the tracking does not.
    private static string? Unmatched(AnomalyCase anomaly)
    {
        var (now, usual) = (anomaly.Origins.Sum(static o => o.Now), anomaly.Origins.Sum(static o => o.Usual));
        if (now < FewestSales || usual < FewestSales)
            return null;

        var (share, usualShare) = (anomaly.Origins.Where(IsNone).Sum(static o => o.Now) / (double)now, anomaly.Origins.Where(IsNone).Sum(static o => o.Usual) / usual);
        return share - usualShare < WorthShift || share * now <= usualShare * usual ? null : Text($"No click was found for {100 * share:0} % of the sales, instead of {100 * usualShare:0} %.");

        static bool IsNone(SaleOrigin origin) => origin.Stage == "none";
    }

    private static (string Name, string Text)? LostCampaign(AnomalyCase anomaly)
    {
        var lost = anomaly.Origins.Sum(static o => o.Usual - o.Now);
        var most = anomaly.Origins.Where(static o => o.Campaign is not null).GroupBy(static o => o.Campaign!, StringComparer.Ordinal)
            .Select(static g => (Name: g.Key, Now: g.Sum(static o => o.Now), Usual: g.Sum(static o => o.Usual))).OrderByDescending(static c => c.Usual - c.Now).FirstOrDefault();
        if (lost <= 0 || most.Usual < FewestSales || most.Usual - most.Now < WorthShare * lost)
            return null;

        var name = most.Name.Length <= LongestName ? most.Name : most.Name[..LongestName] + "…";
        return (name, Text($"Campaign \"{name}\" brought {most.Now} sales instead of {most.Usual:0}."));
    }

    private static string ActionFor(AnomalyCase anomaly, Driver driver, bool unmatched, string? campaign) => (driver.Part, driver.Fell) switch
    {
        (SumPart.Revenue or SumPart.Conversions, true) when unmatched =>
            "Check that the tracker is on every landing page and that checkout links still carry the click's id: 'trackhub quality' and 'trackhub explain' show what is missing.",
        (SumPart.Revenue or SumPart.Conversions, true) when driver.SourceNow == 0 && driver.Now == 0 =>
            "Make a test purchase and look at the gateway's webhooks: 'trackhub doctor' tells whether deliveries arrive and are accepted.",
        (SumPart.Revenue or SumPart.Conversions, true) when campaign is not null => $"Look at campaign \"{campaign}\": its state, its ads' review and the page they lead to.",
        (SumPart.Revenue or SumPart.Conversions, true) when driver.Source is MetricSource.Organic => "Open the sales page and the checkout as a visitor would, and look for a payment method that fails.",
        (SumPart.Revenue or SumPart.Conversions, true) => $"Open the page that {Name(driver.Source)} ads lead to, and its checkout, as a visitor would; then look for ads that were paused or refused.",
        (SumPart.Spend, true) => $"Look for a refused payment, a spending limit that is reached or paused campaigns in the {Name(driver.Source)} account.",
        (SumPart.Spend, false) when anomaly.Metric is MetricType.Spend or MetricType.Cac or MetricType.Roas =>
            $"Compare today's budgets and bids in the {Name(driver.Source)} account with yesterday's, and lower what nobody meant to raise.",
        (SumPart.Spend, false) => $"Look at bids and at the auction of the {Name(driver.Source)} campaigns: clicks became dearer.",
        (SumPart.Clicks, true) => $"Look at the {Name(driver.Source)} ads that are shown most: replace what has been shown too often, and undo audience changes of the last days.",
        (SumPart.Impressions, false) => $"Look at audiences and placements of the {Name(driver.Source)} campaigns: they are shown to people who do not click.",
        _ => $"Look at what was changed in the {Name(driver.Source)} campaigns before this hour.",
    };

    private static string Figure(AnomalyCase anomaly, double value) => anomaly.Metric switch
    {
        MetricType.Roas => Text($"{value:0.00}"),
        MetricType.Ctr => Text($"{100 * value:0.00} %"),
        MetricType.Conversions => Text($"{value:0}"),
        _ => Money((long)Math.Round(value), anomaly.Currency),
    };

    private static string Amount(SumPart part, long amount, string currency) => part is SumPart.Spend or SumPart.Revenue ? Money(amount, currency) : Text($"{amount:N0}");

    private static string Money(long minor, string currency) =>
        $"{MinorUnits.ToMajor(minor, currency).ToString("N" + MinorUnits.Exponent(currency).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)} {currency}";

    private static string ChangeText(double change) => Math.Abs(change) < 0.1 ? "is as usual" : Text($"{(change < 0 ? "fell" : "rose")} by {100 * Math.Abs(change):0} %");

    private static string Name(MetricType metric) => metric switch
    {
        MetricType.Roas => "ROAS",
        MetricType.Cac => "CAC",
        MetricType.Ctr => "CTR",
        MetricType.Cpc => "CPC",
        MetricType.Conversions => "The number of conversions",
        _ => metric.ToString(),
    };

    private static string Name(SumPart part) => part switch
    {
        SumPart.Spend => "spend",
        SumPart.Revenue => "revenue",
        SumPart.Conversions => "conversions",
        SumPart.Clicks => "clicks",
        _ => "impressions",
    };

    private static string Name(MetricSource source) => source switch { MetricSource.Meta => "Meta", MetricSource.Google => "Google", _ => "Organic" };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
