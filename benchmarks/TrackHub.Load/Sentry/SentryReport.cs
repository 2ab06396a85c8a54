using System.Globalization;
using System.Text.Json;
using TrackHub.Load.Reporting;

namespace TrackHub.Load.Sentry;

/// <summary>How right The Sentry is, as text: tables for people, a line of JSON each for programs.</summary>
internal sealed class SentryReport(IReadOnlyList<SentryTrial> made, IReadOnlyList<SentryTrial> labelled, IReadOnlyList<string> series)
{
    private const string Head = "| sensitivity | judged by | alarms | right | precision | recall | found | delay h | delay p90 h | wrong a figure and month |";
    private const string DetailHead = "| sensitivity | of | alarms | right | precision | recall | found | delay h | delay p90 h | wrong a figure and month |";

    /// <summary>All as Markdown tables.</summary>
    public IEnumerable<string> Table() =>
    [
        .. Titled("Made brands: seven figures each, incidents of known depth, seeds that no number was chosen on.", Head, made.SelectMany(static trial => Rows(trial, trial.Tallies))),
        .. Titled("The Sentry alone, by size of brand and by figure.", DetailHead, made.SelectMany(static trial => Rows(trial, trial.Details))),
        .. series.Count == 0 ? [] : Titled(
            $"Numenta Anomaly Benchmark, its {series.Count} series of eight weeks and more by the hour ({string.Join(", ", series)}).", Head, labelled.SelectMany(static trial => Rows(trial, trial.Tallies))),
    ];

    /// <summary>The same as JSON, one object a line.</summary>
    public IEnumerable<string> JsonLines() =>
        from part in (IEnumerable<(string Data, SentryTrial Trial, Dictionary<string, Tally> Tallies)>)
            [.. made.Select(static t => ("made", t, t.Tallies)), .. made.Select(static t => ("made", t, t.Details)), .. labelled.Select(static t => ("nab", t, t.Tallies))]
        from row in part.Tallies
        select JsonSerializer.Serialize(new
        {
            scenario = SentryScenario.Name,
            data = part.Data,
            sensitivity = part.Trial.Sensitivity,
            of = row.Key,
            alarms = row.Value.Alarms,
            right = row.Value.Right,
            findable = row.Value.Findable,
            found = row.Value.Found,
            precision = Math.Round(row.Value.Precision, 4),
            recall = Math.Round(row.Value.Recall, 4),
            delay_h = row.Value.MedianDelay,
            delay_p90_h = row.Value.LongDelay,
        });

    /// <summary>Writes both into a directory, made if need be.</summary>
    public Task WriteAsync(string directory, string command, CancellationToken cancellationToken) =>
        SavedReport.WriteAsync(directory, SentryScenario.Name, command, Table(), JsonLines(), cancellationToken);

    private static IEnumerable<string> Rows(SentryTrial trial, Dictionary<string, Tally> tallies) => tallies.Select(row => string.Create(
        CultureInfo.InvariantCulture,
        $"| {trial.Sensitivity} ({trial.Rules.Threshold:0} %) | {row.Key} | {row.Value.Alarms} | {row.Value.Right} | {row.Value.Precision:0.000} | {row.Value.Recall:0.000} | {row.Value.Found} of {row.Value.Findable} | {row.Value.MedianDelay} | {row.Value.LongDelay} | {row.Value.WrongPerMonth:0.00} |"));

    private static IEnumerable<string> Titled(string title, string head, IEnumerable<string> rows) =>
        [title, "", head, string.Concat(head.Select(static c => c == '|' ? '|' : '-')), .. rows, ""];
}
