using TrackHub.Cli.Demo.Check;
using TrackHub.Cli.Demo.Play;
using TrackHub.Cli.Output;

namespace TrackHub.Cli.Demo.Report;

/// <summary>Prints what became of a run.</summary>
internal sealed class DemoReport(Printer printer)
{
    private const int MaxDisagreements = 50;

    /// <summary>Prints everything.</summary>
    public void Print(Observation seen, Comparison comparison)
    {
        Table("ends", "What became of the events", EndRows(seen, comparison),
            new Column<EndRow>("kind", static r => r.Kind), new("state", static r => r.State), new("reason", static r => r.Reason),
            new("events", static r => r.Count));
        Table("stages", "Stages that found the click of a Purchase", StageRows(seen, comparison),
            new Column<CountRow>("stage", static r => r.Name), new("purchases", static r => r.Count));
        Table("answers", "Answers of the ingress", AnswerRows(seen),
            new Column<AnswerRow>("status", static r => r.Status), new("code", static r => r.Code), new("requests", static r => r.Count),
            new("as_planned", static r => r.AsPlanned));
        Table("meta", "Events at Meta", MetaRows(seen, comparison),
            new Column<MetaRow>("event_name", static r => r.Name), new("expected", static r => r.Expected), new("arrived", static r => r.Arrived),
            new("missing", static r => r.Missing), new("arrived_twice", static r => r.Twice), new("changed", static r => r.Changed));
        Table("acks", "Time to the answer", [Latency(seen.Sent)],
            new Column<LatencyRow>("requests", static r => r.Requests), new("sent_again", static r => r.SentAgain), new("p50_ms", static r => r.P50),
            new("p99_ms", static r => r.P99), new("max_ms", static r => r.Max));
        if (comparison.Disagreements.Count > 0)
            PrintDisagreements(comparison.Disagreements);
    }

    private void PrintDisagreements(List<Disagreement> all)
    {
        Table("disagreements", $"Disagreements, {Math.Min(all.Count, MaxDisagreements)} of {all.Count}", all.Take(MaxDisagreements),
            new Column<Disagreement>("fault", static d => d.Fault), new("request", static d => d.Request), new("what", static d => d.Label),
            new("expected", static d => d.Expected), new("actual", static d => d.Actual), new("explain", static d => d.Id));
        foreach (var group in all.GroupBy(static d => d.Fault).OrderByDescending(static g => g.Count()))
            printer.Say($"  {group.Count()} × {group.Key}");
    }

    private void Table<T>(string name, string title, IEnumerable<T> rows, params IReadOnlyList<Column<T>> columns)
    {
        if (!printer.Json)
            printer.Line(title);
        printer.Table(rows, printer.Json ? [new("table", _ => name), .. columns] : columns);
    }

    private static IEnumerable<EndRow> EndRows(Observation seen, Comparison comparison) => comparison.Attribution.Groups
        .SelectMany(group => group.Found.SelectMany(found => Ends(seen, group, found).Select(end => (Kind: KindOf(group), end.State, end.Reason))))
        .GroupBy(static end => end)
        .OrderBy(static g => $"{g.Key.Kind}|{g.Key.State}|{g.Key.Reason}", StringComparer.Ordinal)
        .Select(static g => new EndRow(g.Key.Kind, g.Key.State, g.Key.Reason, g.Count()));

    private static IReadOnlyList<SeenEnd> Ends(Observation seen, EventGroup group, FoundEvent found) =>
        Comparison.EndsOf(seen, group, found.IngestId) is { Count: > 0 } ends ? ends : [new("", "no end yet", "")];

    private static string KindOf(EventGroup group) =>
        group.Item.Request.Path.Contains("/track/", StringComparison.Ordinal) ? group.First.Kind : $"sale {group.First.Kind}";

    private static IEnumerable<CountRow> StageRows(Observation seen, Comparison comparison) => comparison.Attribution.Groups
        .SelectMany(static group => group.Found)
        .Select(found => seen.Conversions.GetValueOrDefault(found.IngestId))
        .Where(static conversion => conversion is { Purchase: true })
        .GroupBy(static conversion => conversion!.Stage)
        .OrderByDescending(static g => g.Count())
        .Select(static g => new CountRow(g.Key, g.Count()));

    private static IEnumerable<AnswerRow> AnswerRows(Observation seen) => seen.Sent
        .GroupBy(static sent => (sent.Status, sent.Code))
        .OrderBy(static g => g.Key.Status).ThenBy(static g => g.Key.Code, StringComparer.Ordinal)
        .Select(static g => new AnswerRow(
            g.Key.Status, g.Key.Code, g.Count(), g.Count(static s => s.Status == s.Item.Answer.Status && s.Code == s.Item.Answer.Code)));

    private static IEnumerable<MetaRow> MetaRows(Observation seen, Comparison comparison)
    {
        var arrived = seen.Arrivals.ToLookup(static arrival => arrival.EventId);
        var faults = comparison.Disagreements.ToLookup(static d => (d.Fault, d.Id));
        return comparison.ExpectedArrivals
            .GroupBy(static expected => expected.Arrival.EventName)
            .OrderBy(static g => g.Key, StringComparer.Ordinal)
            .Select(g => new MetaRow(
                g.Key, g.Count(), g.Count(e => arrived.Contains(e.Arrival.EventId)),
                Count(g, "not_arrived"), Count(g, "arrived_twice"), Count(g, "arrived_changed")));

        int Count(IEnumerable<(Plan.ExpectedArrival Arrival, Plan.PlannedItem Item)> group, string fault) =>
            group.Count(expected => faults.Contains((fault, expected.Arrival.EventId)));
    }

    private static LatencyRow Latency(IReadOnlyList<SentItem> sent)
    {
        var sorted = sent.Where(static s => s.Status is >= 200 and < 300).Select(static s => s.Latency.TotalMilliseconds).Order().ToList();
        return new(sent.Count, sent.Sum(static s => s.Attempts - 1), At(0.5), At(0.99), At(1));

        double At(double share) => sorted.Count == 0 ? 0 : Math.Round(sorted[Math.Min(sorted.Count - 1, (int)Math.Ceiling(share * sorted.Count) - 1)], 1);
    }

    private sealed record EndRow(string Kind, string State, string Reason, int Count);

    private sealed record CountRow(string Name, int Count);

    private sealed record AnswerRow(int Status, string? Code, int Count, int AsPlanned);

    private sealed record MetaRow(string Name, int Expected, int Arrived, int Missing, int Twice, int Changed);

    private sealed record LatencyRow(int Requests, int SentAgain, double P50, double P99, double Max);
}
