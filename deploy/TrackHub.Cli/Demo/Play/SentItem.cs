using TrackHub.Cli.Demo.Plan;
using TrackHub.Platform.Streams;

namespace TrackHub.Cli.Demo.Play;

/// <summary>A request of the plan after it was sent.</summary>
/// <param name="Item">The request.</param>
/// <param name="Status">Status of the last answer; 0 if none came.</param>
/// <param name="Code">Its problem's code.</param>
/// <param name="Receipts">Its receipts.</param>
/// <param name="Attempts">Times it was sent.</param>
/// <param name="Unsure">Attempts of which nobody knows whether they were stored: 503 or spooled after the log was asked, or no answer.</param>
/// <param name="Latency">From the last attempt's first byte to its answer.</param>
internal sealed record SentItem(
    PlannedItem Item, int Status, string? Code, IReadOnlyList<SentReceipt> Receipts, int Attempts, int Unsure, TimeSpan Latency);

/// <summary>A receipt: the event's id and where its record lies.</summary>
/// <param name="EventId">Event id; the ingest id of what could not be mapped.</param>
/// <param name="Coordinates">Where the record lies; null where the ingress took it into its spool.</param>
internal sealed record SentReceipt(string EventId, RecordCoordinates? Coordinates)
{
    /// <summary>What to give to <c>explain</c>.</summary>
    public string Explain => Coordinates?.ToString() ?? EventId;
}
