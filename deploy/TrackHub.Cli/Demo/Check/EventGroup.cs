using TrackHub.Cli.Demo.Plan;
using TrackHub.Cli.Demo.Play;

namespace TrackHub.Cli.Demo.Check;

/// <summary>Events that are alike, as planned and as found: one event mostly, a webhook with its repetitions, a request sent twice.</summary>
/// <param name="Key">What they share.</param>
internal sealed record EventGroup(string Key)
{
    private const string BrowserCheckout = "initiate_checkout";

    /// <summary>The planned events and their requests.</summary>
    public List<(SentItem Sent, ExpectedEvent Expected)> Planned { get; } = [];

    /// <summary>Records found, by ingest id; null coordinates never were in the log (what could not be mapped).</summary>
    public List<FoundEvent> Found { get; } = [];

    /// <summary>Attempts that may have been stored although no receipt came.</summary>
    public int Unsure => Planned.Sum(static planned => planned.Sent.Unsure);

    /// <summary>The first planned event.</summary>
    public ExpectedEvent First => Planned[0].Expected;

    /// <summary>Request number and label for people.</summary>
    public PlannedItem Item => Planned[0].Sent.Item;

    /// <summary>The event id, or what stands for it.</summary>
    public string Id => First.EventId ?? (Found.Count > 0 ? Found[0].IngestId : Key);

    /// <summary>Whether it could not be mapped: no event stands behind it but a dead letter.</summary>
    public bool IsDeadLetter => First.EventId is null;

    /// <summary>Whether its end is written to the log, or by the ledger alone.</summary>
    public bool EndsInLog => First.Kind is not ("click" or "page_view" or "identify" or "consent");

    /// <summary>The ends that must be found: those planned, and one more for each copy beyond the plan.</summary>
    public IEnumerable<SeenEnd> ExpectedEnds() => Planned
        .Select(static planned => new SeenEnd(planned.Expected.Destination, planned.Expected.State, planned.Expected.Reason))
        .Concat(Enumerable.Repeat(EndOfCopy(), Math.Max(0, Found.Count - Planned.Count)));

    // A copy of what goes nowhere ends as the first did; of a checkout the dispatcher, of a sale the matcher says that it is one.
    private SeenEnd EndOfCopy() => First switch
    {
        { Kind: BrowserCheckout, State: "delivered" } => new(First.Destination, "duplicate", ""),
        { Kind: BrowserCheckout } or { State: "unmapped" } or { Reason: "ignored" } => new(First.Destination, First.State, First.Reason),
        _ when EndsInLog => new("none", "duplicate", First.Kind),
        _ => new(First.Destination, First.State, First.Reason),
    };
}

/// <summary>A record of a group.</summary>
/// <param name="IngestId">Ingest id.</param>
/// <param name="Explain">What to give to <c>explain</c>: its receipt.</param>
internal sealed record FoundEvent(string IngestId, string Explain);
