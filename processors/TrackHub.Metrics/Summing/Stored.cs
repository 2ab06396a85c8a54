using TrackHub.Schemas;

namespace TrackHub.Metrics.Summing;

/// <summary>Sources and periods as tables hold them.</summary>
internal static class Stored
{
    /// <summary>A source by its symbol.</summary>
    public static MetricSource SourceOf(string symbol) => MetricSourceSymbols.TryParse(symbol, out var source) ? source : MetricSource.Unknown;

    /// <summary>A period by its symbol.</summary>
    public static MetricPeriod PeriodOf(string symbol) => MetricPeriodSymbols.TryParse(symbol, out var period) ? period : MetricPeriod.Unknown;
}
