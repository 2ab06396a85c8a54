using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Matching.Orders;

/// <summary>Conversions as orders keep them: the bytes of the topic, so that a later schema still reads them.</summary>
internal sealed class StoredConversions(RecordCodec codec)
{
    private static readonly RecordCoordinates InPostgres = new("orders", 0, 0);

    /// <summary>The bytes to keep.</summary>
    public ValueTask<byte[]> EncodeAsync(Conversion conversion, CancellationToken cancellationToken) =>
        codec.EncodeAsync(Topics.Conversions, conversion, cancellationToken);

    /// <summary>Fetches the schemas that these orders' conversions need.</summary>
    public ValueTask PrepareAsync(IEnumerable<Order> orders, CancellationToken cancellationToken) =>
        codec.PrepareAsync(
            [.. orders
                .SelectMany(static order => order.Revisions.Select(static r => r.Outcome).Append(order.Matched))
                .OfType<byte[]>()
                .Select(static bytes => new StreamRecord { Coordinates = InPostgres, Timestamp = default, Value = bytes })],
            cancellationToken);

    /// <summary>Reads kept bytes.</summary>
    /// <exception cref="FormatException">They are no Conversion.</exception>
    public Conversion Decode(byte[] bytes) => codec.Decode<Conversion>(bytes);
}
