using System.Globalization;
using TrackHub.Schemas;

namespace TrackHub.Platform.Performance;

/// <summary>How the figures of one brand, source and period are named.</summary>
public static class MetricIds
{
    /// <summary><c>metric_{brand}_{source}_{period}-{start}</c>, the start as <c>2026-11-22T03:00:00Z</c>.</summary>
    public static string Of(string brandId, MetricSource source, MetricPeriod period, DateTimeOffset start) =>
        $"metric_{brandId}_{source.ToSymbol()}_{period.ToSymbol()}-{Iso(start)}";

    /// <summary>Key on the topic <c>performance-metrics</c>: brand, source, period and start.</summary>
    public static string KeyOf(string brandId, MetricSource source, MetricPeriod period, DateTimeOffset start) =>
        $"{brandId}/{source.ToSymbol()}/{period.ToSymbol()}/{Iso(start)}";

    // The sortable form, which is written without reading a pattern: an answer holds thousands of them.
    private static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("s", CultureInfo.InvariantCulture) + "Z";
}
