using TrackHub.Platform.Rows;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Ledger.Projecting;

/// <summary>Table <c>quarantine</c>: what waits for its connection's right secret and where its sealed delivery lies.</summary>
internal static class QuarantineRows
{
    /// <summary>Writes <c>quarantine</c>. A note of admission ends the wait, whichever of the two records is read first.</summary>
    public static readonly TableWriter<(QuarantinedWebhook Value, RecordCoordinates Coordinates)> Writer =
        new TableWriter<(QuarantinedWebhook Value, RecordCoordinates Coordinates)>(
            "quarantine as q",
            "(quarantine_id) do update set admitted_at = coalesce(q.admitted_at, excluded.admitted_at)")
        .With("quarantine_id", "uuid", static s => Guid.Parse(s.Value.QuarantineId))
        .With("brand_id", "text", static s => s.Value.BrandId)
        .With("gateway", "text", static s => s.Value.Gateway)
        .With("connection_id", "text", static s => s.Value.ConnectionId)
        .With("received_at", "timestamptz", static s => s.Value.ReceivedAt)
        .With("reason", "text", static s => s.Value.Reason)
        .With("admitted_at", "timestamptz", static s => s.Value.State is QuarantineState.Admitted ? s.Value.At : (DateTimeOffset?)null)
        .With("topic", "text", static s => s.Coordinates.Topic)
        .With("partition", "int", static s => s.Coordinates.Partition)
        .With("\"offset\"", "bigint", static s => s.Coordinates.Offset);

    /// <summary>
    /// One record of each delivery, as one statement may touch a row only once: the note of admission where it is among them, at the place of the
    /// delivery, for the note holds none.
    /// </summary>
    public static IReadOnlyList<(QuarantinedWebhook Value, RecordCoordinates Coordinates)> Last(
        IEnumerable<(QuarantinedWebhook Value, RecordCoordinates Coordinates)> records) =>
        [.. records.GroupBy(static r => r.Value.QuarantineId).Select(static g =>
            (g.MaxBy(static r => r.Value.State is QuarantineState.Admitted).Value, g.MinBy(static r => r.Value.State is QuarantineState.Admitted).Coordinates))];
}
