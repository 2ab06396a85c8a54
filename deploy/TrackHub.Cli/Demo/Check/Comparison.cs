using TrackHub.Cli.Demo.Plan;

namespace TrackHub.Cli.Demo.Check;

/// <summary>Compares plan, log, books and simulator. Pure: the same observation gives the same verdict.</summary>
internal sealed class Comparison
{
    private readonly Observation _seen;

    private Comparison(Observation seen, Attribution attribution)
    {
        _seen = seen;
        Attribution = attribution;
        Disagreements.AddRange(attribution.Faults);
    }

    /// <summary>Which record is which planned event.</summary>
    public Attribution Attribution { get; }

    /// <summary>Everything that is not as planned; empty when all agree.</summary>
    public List<Disagreement> Disagreements { get; } = [];

    /// <summary>What must arrive at Meta.</summary>
    public List<(ExpectedArrival Arrival, PlannedItem Item)> ExpectedArrivals { get; } = [];

    /// <summary>Compares.</summary>
    public static Comparison Of(Observation seen)
    {
        var comparison = new Comparison(seen, Attribution.Of(seen.Sent, seen.Logged));
        foreach (var group in comparison.Attribution.Groups)
        {
            comparison.CompareEnds(group);
            comparison.CompareStage(group);
        }

        comparison.CompareArrivals();
        comparison.Disagreements.AddRange(seen.Unaccounted.Select(static lost => new Disagreement(
            "unaccounted", Request: null, lost.Destination ?? "event", lost.EventId ?? lost.IngestId.ToString("D"), "ended or on its way",
            $"last seen at {string.Join(", ", lost.LastSeen)}")));
        return comparison;
    }

    /// <summary>The ends of a record: from the log where they are written there, else from the books.</summary>
    public static IReadOnlyList<SeenEnd> EndsOf(Observation seen, EventGroup group, string ingestId) =>
        (group.EndsInLog ? seen.Ends : seen.Books).GetValueOrDefault(ingestId) ?? [];

    private void CompareEnds(EventGroup group)
    {
        var actual = new List<SeenEnd>();
        var complete = true;
        foreach (var found in group.Found)
        {
            var ends = EndsOf(_seen, group, found.IngestId);
            actual.AddRange(ends);
            complete &= ends.Count > 0;
            var books = _seen.Books.GetValueOrDefault(found.IngestId) ?? [];
            if (ends.Count == 0)
                Add("no_end", group, found.Explain, Text(group.ExpectedEnds()), "none yet");
            else if (!SameSet(ends, books))
                Add("books_differ", group, found.Explain, Text(ends), Text(books));
        }

        foreach (var found in group.Found.Where(found => group.IsDeadLetter && !_seen.DeadLetters.Contains(found.IngestId)))
            Add("no_dead_letter", group, found.Explain, "kept among the dead letters", "not in the books");

        // What has no end is told above, record by record.
        if (complete && group.Found.Count >= group.Planned.Count && !SameSet(actual, group.ExpectedEnds()))
            Add("wrong_end", group, group.Id, Text(group.ExpectedEnds()), Text(actual));
    }

    private void CompareStage(EventGroup group)
    {
        if (group.Planned.Select(static planned => planned.Expected.Stage).FirstOrDefault(static stage => stage is not null) is not { } stage)
            return;

        var found = group.Found.Select(e => _seen.Conversions.GetValueOrDefault(e.IngestId)).OfType<SeenConversion>().ToList();
        if (found.Count != 1 || found[0].Stage != stage)
            Add("wrong_stage", group, group.Id, stage, found.Count == 0 ? "no conversion" : string.Join(", ", found.Select(static c => c.Stage)));
    }

    private void CompareArrivals()
    {
        var arrived = _seen.Arrivals.ToLookup(static arrival => arrival.EventId);
        foreach (var sent in _seen.Sent)
        {
            foreach (var arrival in sent.Item.Events.Select(static e => e.Arrival).OfType<ExpectedArrival>())
            {
                ExpectedArrivals.Add((arrival, sent.Item));
                CompareArrival(sent.Item, arrival, [.. arrived[arrival.EventId]]);
            }
        }

        var wanted = ExpectedArrivals.Select(static expected => expected.Arrival.EventId).ToHashSet();
        var items = _seen.Sent.SelectMany(static sent => sent.Item.Events.Select(e => (e.EventId, sent.Item)))
            .Where(static pair => pair.EventId is not null).ToLookup(static pair => pair.EventId!, static pair => pair.Item);
        foreach (var arrival in _seen.Arrivals.Where(arrival => !wanted.Contains(arrival.EventId)))
        {
            if (items[arrival.EventId].FirstOrDefault() is { } item)
                Disagreements.Add(new("arrived_against_plan", item.Number, item.Label, arrival.EventId, "nothing", Text(arrival)));
            else if (arrival.At >= _seen.StartedAt && !_seen.OfOthers.Contains(arrival.EventId))
                Disagreements.Add(new("arrived_from_nowhere", Request: null, arrival.EventName, arrival.EventId, "nothing", Text(arrival)));
        }
    }

    private void CompareArrival(PlannedItem item, ExpectedArrival expected, IReadOnlyList<Arrival> arrived)
    {
        var fault = arrived.Count switch
        {
            0 => "not_arrived",
            1 when (arrived[0].EventName, arrived[0].Value, arrived[0].Currency) == (expected.EventName, expected.Value, expected.Currency) => null,
            1 => "arrived_changed",
            _ => "arrived_twice",
        };
        if (fault is not null)
            Disagreements.Add(new(fault, item.Number, item.Label, expected.EventId, Text(expected), string.Join("; ", arrived.Select(Text))));
    }

    private void Add(string fault, EventGroup group, string id, string expected, string actual) =>
        Disagreements.Add(new(fault, group.Item.Number, group.Item.Label, id, expected, actual));

    private static bool SameSet(IEnumerable<SeenEnd> left, IEnumerable<SeenEnd> right) =>
        left.Select(static end => end.ToString()).Order(StringComparer.Ordinal)
            .SequenceEqual(right.Select(static end => end.ToString()).Order(StringComparer.Ordinal));

    private static string Text(IEnumerable<SeenEnd> ends) => string.Join("; ", ends.Select(static end => end.ToString()).Order(StringComparer.Ordinal));

    private static string Text(ExpectedArrival arrival) => $"{arrival.EventName} {arrival.Value} {arrival.Currency}";

    private static string Text(Arrival arrival) => $"{arrival.EventName} {arrival.Value} {arrival.Currency}";
}
