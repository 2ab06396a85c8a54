namespace TrackHub.Metrics.Auditing;

/// <summary>What a brand's sales were paid in one currency, as three places say. Minor units.</summary>
/// <param name="BrandId">Brand.</param>
/// <param name="Currency">Currency of the sales.</param>
/// <param name="Figures">Revenue by the facts that the figures are the sums of.</param>
/// <param name="Table">Revenue by the table <c>conversions</c>.</param>
/// <param name="Topic">Revenue by the topic <c>conversions</c>; null if it was not read.</param>
public sealed record BrandRevenue(string BrandId, string Currency, long Figures, long Table, long? Topic);

/// <summary>A sale of which two places say different things.</summary>
/// <param name="BrandId">Brand.</param>
/// <param name="Gateway">Gateway.</param>
/// <param name="SaleId">Sale.</param>
/// <param name="Where">Which place differs from the figures: <c>conversions</c> in PostgreSQL, or <c>topic</c>.</param>
public sealed record RevenueDifference(string BrandId, string Gateway, string SaleId, string Where);

/// <summary>Whether revenue is the same wherever it is kept.</summary>
/// <param name="Brands">By brand and currency.</param>
/// <param name="Sales">Sales that differ; some of them, where there are many.</param>
/// <param name="Sums">Figures that are not the sum of their facts: brand, source, period, start.</param>
/// <param name="Behind">Records that the metrics role or the ledger has not read; above 0 nothing is judged.</param>
public sealed record RevenueReport(
    IReadOnlyList<BrandRevenue> Brands, IReadOnlyList<RevenueDifference> Sales, IReadOnlyList<string> Sums, long Behind)
{
    /// <summary>Nothing differs, and everything was read.</summary>
    public bool Balanced => Behind == 0 && Sales.Count == 0 && Sums.Count == 0;
}
