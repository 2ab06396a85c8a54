using TrackHub.Ledger.Projecting;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Ledger.Books;

/// <summary>What one record says of one event.</summary>
/// <param name="IngestId">Event.</param>
/// <param name="IngestedAt">Time inside the ingest id.</param>
/// <param name="BrandId">Brand.</param>
/// <param name="Destination">Pixel or <c>none</c>; empty while the event has no destination.</param>
internal sealed record BookFact(Guid IngestId, DateTimeOffset IngestedAt, string BrandId, string Destination)
{
    private const string PageView = "PageView";

    /// <summary>The record carries the event on; null for an end.</summary>
    public RecordCoordinates? Carrier { get; private init; }

    /// <summary>The event ended so; null for a carrier.</summary>
    public BookEnd? End { get; private init; }

    /// <summary>Whether the event's acceptance is counted with its entries; a page view's is, where it is recorded.</summary>
    public bool IsCounted { get; private init; } = true;

    /// <summary>Whether the ledger itself ends events of this kind, as recorded: they need no entry. Meta's part of a page view has its own.</summary>
    public static bool IsSelfEnded(EventKind kind) => kind is EventKind.Click or EventKind.PageView or EventKind.Identify or EventKind.Consent;

    /// <summary>An accepted event, or a sale that waits for its click.</summary>
    public static BookFact Of(Source<TrackedEvent> source) =>
        new(source.IngestId, source.IngestedAt, source.Value.BrandId, "") { Carrier = source.Coordinates };

    /// <summary>An event on its way to a pixel.</summary>
    public static BookFact Of(Source<DispatchReady> source) =>
        new(source.IngestId, source.IngestedAt, source.Value.BrandId, source.Value.PixelId)
        {
            Carrier = source.Coordinates,
            IsCounted = source.Value.EventName != PageView,
        };

    /// <summary>An end.</summary>
    public static BookFact Of(Source<EventOutcome> source) =>
        new(source.IngestId, source.IngestedAt, source.Value.BrandId, source.Value.Destination is { Length: > 0 } named ? named : OutcomeRows.NoDestination)
        {
            End = new(source.Value.State, source.Value.Revision),
            IsCounted = source.Value.EventName != PageView,
        };
}

/// <summary>An end of an event at a destination. The greater one counts: the higher revision, and of two of one revision the weightier state.</summary>
internal readonly record struct BookEnd(OutcomeState State, long Revision)
{
    // Two records of one revision differ only if a crash fell between two decisions; what reached Meta did.
    private static readonly OutcomeState[] ByWeight =
    [
        OutcomeState.Unknown, OutcomeState.Unmapped, OutcomeState.Test, OutcomeState.Recorded, OutcomeState.Duplicate, OutcomeState.Expired,
        OutcomeState.Suppressed, OutcomeState.BlockedConsent, OutcomeState.Dead, OutcomeState.Erased, OutcomeState.Delivered,
    ];

    /// <summary>Whether it counts in the other's place.</summary>
    public bool Outweighs(BookEnd other) => (Revision, Weight(State)).CompareTo((other.Revision, Weight(other.State))) > 0;

    private static int Weight(OutcomeState state) => Array.IndexOf(ByWeight, state);
}
