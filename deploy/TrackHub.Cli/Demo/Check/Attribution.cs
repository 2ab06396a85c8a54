using TrackHub.Cli.Demo.Plan;
using TrackHub.Cli.Demo.Play;
using TrackHub.Platform.Streams;

namespace TrackHub.Cli.Demo.Check;

/// <summary>Says which record of the log is which planned event: by receipt, and where a receipt got lost, by event id and kind.</summary>
/// <remarks>Records of one ingest id are one event: what the spool took may have reached the log by itself as well.</remarks>
internal sealed class Attribution
{
    private readonly Dictionary<string, EventGroup> _groups = [];
    private readonly Dictionary<RecordCoordinates, LoggedEvent> _left;
    private readonly ILookup<string, LoggedEvent> _byIngestId;

    private Attribution(IReadOnlyList<LoggedEvent> logged)
    {
        _left = logged.ToDictionary(static e => e.Coordinates);
        _byIngestId = logged.ToLookup(static e => e.IngestId);
    }

    /// <summary>The groups, in the plan's order.</summary>
    public IEnumerable<EventGroup> Groups => _groups.Values;

    /// <summary>Answers that are not as planned, receipts without a record, records that nobody sent.</summary>
    public List<Disagreement> Faults { get; } = [];

    /// <summary>Attributes what was logged to what was sent.</summary>
    public static Attribution Of(IReadOnlyList<SentItem> sent, IReadOnlyList<LoggedEvent> logged)
    {
        var attribution = new Attribution(logged);

        // What came by way of the spool is known by its id alone: those whose place is known come first.
        foreach (var item in sent.OrderBy(static item => item.Receipts.Any(static receipt => receipt.Coordinates is null)))
        {
            if (attribution.AnswerFits(item))
                attribution.Take(item);
        }

        foreach (var copy in attribution._left.Values.DistinctBy(static e => e.IngestId))
            attribution.TakeCopy(copy);
        return attribution;
    }

    private bool AnswerFits(SentItem sent)
    {
        var expected = sent.Item.Answer;
        if (sent.Status == expected.Status && sent.Code == expected.Code && sent.Receipts.Count == sent.Item.Events.Count)
            return true;

        Faults.Add(new(
            "answer", sent.Item.Number, sent.Item.Label, "",
            Text(expected.Status, expected.Code, sent.Item.Events.Count), Text(sent.Status, sent.Code, sent.Receipts.Count)));
        return false;

        static string Text(int status, string? code, int receipts) => code is null ? $"{status}, {receipts} receipt(s)" : $"{status} {code}";
    }

    private void Take(SentItem sent)
    {
        foreach (var (expected, receipt) in sent.Item.Events.Zip(sent.Receipts))
        {
            var group = GroupOf(expected.Group ?? $"request {sent.Item.Number}");
            group.Planned.Add((sent, expected));
            var explain = receipt.Explain;
            if (expected.EventId is null)
            {
                // Never became an event: the receipt leads to the dead letter, and its id is the ingest id.
                group.Found.Add(new(receipt.EventId, explain));
            }
            else if (RecordOf(receipt, expected) is not { } logged)
            {
                Faults.Add(new("no_record", sent.Item.Number, sent.Item.Label, explain, "a record behind the receipt", "none read"));
            }
            else
            {
                foreach (var copy in _byIngestId[logged.IngestId])
                    _left.Remove(copy.Coordinates);
                group.Found.Add(new(logged.IngestId, explain));
                if ((logged.EventId, logged.Kind, receipt.EventId) != (expected.EventId, expected.Kind, expected.EventId))
                {
                    Faults.Add(new(
                        "wrong_record", sent.Item.Number, sent.Item.Label, explain, $"{expected.Kind} {expected.EventId}", $"{logged.Kind} {logged.EventId}"));
                }
            }
        }
    }

    private LoggedEvent? RecordOf(SentReceipt receipt, ExpectedEvent expected) => receipt.Coordinates is { } place
        ? _left.GetValueOrDefault(place)
        : _left.Values.FirstOrDefault(e => (e.EventId, e.Kind) == (expected.EventId, expected.Kind));

    private void TakeCopy(LoggedEvent copy)
    {
        // Records of other traffic of the brand belong to nobody here.
        if (!_groups.TryGetValue(ExpectedEvent.GroupOf(copy.EventId, copy.Kind), out var group))
            return;

        group.Found.Add(new(copy.IngestId, copy.Coordinates.ToString()));
        if (group.Found.Count - group.Planned.Count > group.Unsure)
        {
            Faults.Add(new(
                "unsent_record", group.Item.Number, group.Item.Label, copy.Coordinates.ToString(), $"{group.Planned.Count} record(s)", $"{group.Found.Count}"));
        }
    }

    private EventGroup GroupOf(string key)
    {
        if (!_groups.TryGetValue(key, out var group))
            _groups[key] = group = new(key);
        return group;
    }
}
