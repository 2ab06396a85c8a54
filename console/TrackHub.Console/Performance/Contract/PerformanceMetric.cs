namespace TrackHub.ConsoleApi.Performance.Contract;

/// <summary>The figures of one brand, source and period.</summary>
/// <param name="Id"><c>metric_{brandId}_{source}_{period}-{start}</c>: the same for the same bucket, whenever it is asked for.</param>
/// <param name="BrandId">Brand.</param>
/// <param name="Source">Whose sales and ads.</param>
/// <param name="Timestamp">Start of the bucket, UTC.</param>
/// <param name="Data">The seven figures.</param>
/// <param name="Period">How long the bucket is.</param>
/// <param name="Basis">What the figures were made of; beyond the contract.</param>
internal sealed record PerformanceMetric(
    string Id, string BrandId, FigureSource Source, DateTimeOffset Timestamp, MetricData Data, FigurePeriod Period, MetricBasis Basis);

/// <summary>The seven figures. Amounts are in major units of the brand's currency (197.00 reais).</summary>
/// <param name="Spend">What ads cost.</param>
/// <param name="Revenue">What sales of the bucket brought and was not taken back.</param>
/// <param name="Roas">Revenue by spend; null without spend.</param>
/// <param name="Cac">Spend by new customers; null without any.</param>
/// <param name="Ctr">Clicks by impressions, 0 to 1; null without impressions.</param>
/// <param name="Cpc">Spend by clicks; null without any.</param>
/// <param name="Conversions">Sales that stand, without renewals.</param>
internal sealed record MetricData(decimal Spend, decimal Revenue, double? Roas, double? Cac, double? Ctr, double? Cpc, long Conversions);

/// <summary>
/// What a bucket's ratios are made of, so that whoever wants those of several buckets adds sums instead of ratios, and what is missing in it.
/// </summary>
/// <param name="Currency">ISO 4217, of every amount.</param>
/// <param name="Unconverted">Amounts that are left out of spend and revenue, for want of a rate to the currency. Above 0 the figures are too low.</param>
/// <param name="Refunded">Revenue of the bucket that was taken back since.</param>
/// <param name="NewCustomers">Divisor of cac.</param>
/// <param name="Clicks">Divisor of cpc, dividend of ctr.</param>
/// <param name="Impressions">Divisor of ctr.</param>
/// <param name="Revision">Higher with each change.</param>
internal sealed record MetricBasis(string Currency, long Unconverted, decimal Refunded, long NewCustomers, long Clicks, long Impressions, long Revision);
