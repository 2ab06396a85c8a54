using System.Text;
using TrackHub.Platform.Rows;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Ledger.Projecting;

/// <summary>Table <c>dead_letters</c>: what waits to be redriven and where its sealed original lies.</summary>
internal static class DeadLetterRows
{
    /// <summary>Writes <c>dead_letters</c>.</summary>
    public static readonly TableWriter<(DeadLetter Value, RecordCoordinates Coordinates)> Writer =
        new TableWriter<(DeadLetter Value, RecordCoordinates Coordinates)>("dead_letters")
            .With("dead_letter_id", "text", static s => s.Value.DeadLetterId)
            .With("at", "timestamptz", static s => s.Value.At)
            .With("stage", "text", static s => s.Value.Stage)
            .With("reason", "text", static s => s.Value.Reason)
            .With("detail", "text", static s => s.Value.Detail)
            .With("ingest_id", "uuid", static s => Guid.TryParse(s.Value.IngestId, out var id) ? id : (Guid?)null)
            .With("brand_id", "text", static s => s.Value.BrandId)
            .With("event_id", "text", static s => s.Value.EventId)
            .With("pixel_id", "text", static s => PixelOf(s.Value))
            .With("source_topic", "text", static s => s.Value.SourceTopic)
            .With("source_partition", "int", static s => s.Value.SourcePartition)
            .With("source_offset", "bigint", static s => s.Value.SourceOffset)
            .With("gateway", "text", static s => s.Value.Gateway)
            .With("connection_id", "text", static s => s.Value.ConnectionId)
            .With("topic", "text", static s => s.Coordinates.Topic)
            .With("partition", "int", static s => s.Coordinates.Partition)
            .With("\"offset\"", "bigint", static s => s.Coordinates.Offset);

    /// <summary>The pixel of an event on its way to Meta, whose key is brand, pixel and shard; null for everything else.</summary>
    private static string? PixelOf(DeadLetter letter) =>
        letter is { SourceKey: { } key, SourceTopic: { } topic } && Topics.Find(topic)?.ValueType == typeof(DispatchReady)
        && Encoding.UTF8.GetString(key).Split('/') is [_, { Length: > 0 } pixel, _] && !pixel.Contains('\0')
            ? pixel
            : null;
}
