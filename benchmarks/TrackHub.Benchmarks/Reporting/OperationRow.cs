using BenchmarkDotNet.Reports;

namespace TrackHub.Benchmarks.Reporting;

/// <summary>What was measured of one operation.</summary>
/// <param name="Operation">Name, as <see cref="Operations.NameOf"/> makes it.</param>
/// <param name="MedianNanoseconds">Median of the iterations, per operation.</param>
/// <param name="DeviationNanoseconds">Standard deviation of the iterations.</param>
/// <param name="Ratio">Median over its baseline's in the same run; null without a baseline.</param>
/// <param name="AllocatedBytes">Allocated per operation.</param>
internal sealed record OperationRow(string Operation, double MedianNanoseconds, double DeviationNanoseconds, double? Ratio, long AllocatedBytes)
{
    /// <summary>The rows of a run; an operation that failed has none.</summary>
    public static IEnumerable<OperationRow> Of(Summary summary) =>
        from report in summary.Reports
        where report is { Success: true, ResultStatistics: not null }
        let statistics = report.ResultStatistics
        let baseline = summary.GetBaseline(summary.GetLogicalGroupKey(report.BenchmarkCase))
        let reference = baseline is null ? null : summary[baseline]?.ResultStatistics
        select new OperationRow(
            Operations.NameOf(report.BenchmarkCase),
            statistics.Median,
            statistics.StandardDeviation,
            reference is null ? null : statistics.Median / reference.Median,
            report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? 0);
}
