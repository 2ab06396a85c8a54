using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Dispatch;

/// <summary>One event on its way to one pixel.</summary>
internal sealed class WaitingEvent
{
    /// <summary>
    /// Header of a copy that waits for the same attempt: coordinates of the record that entered it. By them a claim tells its dead predecessor from
    /// another's live claim.
    /// </summary>
    public const string EnteredHeader = "entered-at";

    /// <summary>Wraps a decoded record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="ready">Its value.</param>
    /// <param name="arrivedAt">Timestamp of the process's clock.</param>
    /// <param name="revoked">Cancelled when the record's partition belongs to another.</param>
    public WaitingEvent(StreamRecord record, DispatchReady ready, long arrivedAt, CancellationToken revoked)
    {
        (Record, Ready, Revoked, ArrivedAt) = (record, ready, revoked, arrivedAt);
        Entered = RecordCoordinates.TryParse(record.Header(EnteredHeader), out var entered) ? entered : record.Coordinates;
    }

    /// <summary>Its record in the log.</summary>
    public StreamRecord Record { get; }

    /// <summary>The event.</summary>
    public DispatchReady Ready { get; }

    /// <summary>Coordinates of the record that entered this attempt.</summary>
    public RecordCoordinates Entered { get; }

    /// <summary>Cancelled when the record's partition belongs to another.</summary>
    public CancellationToken Revoked { get; }

    /// <summary>When it came, on the process's clock.</summary>
    public long ArrivedAt { get; }

    /// <summary>What the registry knows it by.</summary>
    public EventKey Key => new(Ready.BrandId, Ready.PixelId, Ready.EventName, Ready.EventId);

    /// <summary>Orders are remembered for 13 months, browser events for 9 days.</summary>
    public bool IsOrder => Ready.SaleId is not null;
}

/// <summary>Primary key of <c>dedupe_registry</c>.</summary>
internal readonly record struct EventKey(string BrandId, string PixelId, string EventName, string EventId);

/// <summary>What decides before the claim whether an event may be sent; it takes effect inside the claim.</summary>
/// <param name="State">State the row takes instead of <c>claimed</c>; empty to go on.</param>
/// <param name="Reason">Why, in one word.</param>
/// <param name="Basis">The brand's consent basis, where no consent is known.</param>
internal readonly record struct Gate(string State, string Reason, ConsentBasis? Basis);
