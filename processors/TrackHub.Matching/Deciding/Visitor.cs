using TrackHub.Schemas;

namespace TrackHub.Matching.Deciding;

/// <summary>One visitor near a sale's address: the events of one session, or one event that has none.</summary>
/// <param name="Events">What the visitor did, all before the sale.</param>
/// <param name="SameAddress">Whether an event came from the sale's very address; else from its /24 or /48.</param>
internal sealed record Visitor(IReadOnlyList<Candidate> Events, bool SameAddress)
{
    /// <summary>The visitor's newest event.</summary>
    public Candidate Newest { get; } = Events.MaxBy(static e => (e.EventTime, e.ReceivedAt, e.IngestId))!;

    /// <summary>Whether one of the events is a checkout.</summary>
    public bool ReachedCheckout { get; } = Events.Any(static e => e.Kind == EventKind.InitiateCheckout);

    /// <summary>The visitors behind these candidates, in an order that does not depend on theirs.</summary>
    public static IReadOnlyList<Visitor> Of(IEnumerable<Candidate> candidates, Features sale) =>
    [
        .. candidates
            .Where(static c => c.Features is not null)
            .DistinctBy(static c => c.IngestId)
            .GroupBy(static c => c.SessionTag == 0 ? c.IngestId : (object)c.SessionTag)
            .Select(group => new Visitor([.. group], sale.Ip != 0 && group.Any(c => c.Features!.Value.Ip == sale.Ip)))
            .OrderByDescending(static v => v.Newest.EventTime)
            .ThenBy(static v => v.Newest.IngestId),
    ];

    /// <summary>Whether one of the events has this tag; null where either side has none.</summary>
    public bool? Agrees(uint sale, Func<Features, uint> feature)
    {
        if (sale == 0)
            return null;
        bool? agrees = null;
        foreach (var candidate in Events)
        {
            var mine = feature(candidate.Features!.Value);
            if (mine == sale)
                return true;
            if (mine != 0)
                agrees = false;
        }

        return agrees;
    }
}
