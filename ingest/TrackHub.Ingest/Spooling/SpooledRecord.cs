using System.Diagnostics;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Spooling;

/// <summary>A finished record on its way to the log, by way of the spool.</summary>
/// <param name="Topic">Topic name.</param>
/// <param name="Key">Record key.</param>
/// <param name="BrandId">Its brand: a header.</param>
/// <param name="TraceParent">Trace context of the request: a header; null if it had none.</param>
/// <param name="Avro">The value, in Avro binary without the wire format's prefix: the registry may be as far away as the log.</param>
internal sealed record SpooledRecord(string Topic, string Key, string BrandId, string? TraceParent, byte[] Avro)
{
    /// <summary>A record of the request at hand.</summary>
    public static SpooledRecord Of<T>(TopicDefinition topic, string key, string brandId, T value)
        where T : IAvroRecord<T> =>
        new(topic.Name, key, brandId, Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } ? id : null, value.ToAvro());

    /// <summary>All of it in bytes, to be sealed.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Topic);
        writer.Write(Key);
        writer.Write(BrandId);
        writer.Write(TraceParent ?? "");
        writer.Write7BitEncodedInt(Avro.Length);
        writer.Write(Avro);
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    public static SpooledRecord Parse(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes, writable: false));
        var (topic, key, brand, trace) = (reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadString());
        return new(topic, key, brand, trace.Length is 0 ? null : trace, reader.ReadBytes(reader.Read7BitEncodedInt()));
    }
}

/// <summary>A record as it lies in a segment: sealed, and what is needed to open it.</summary>
/// <param name="TenantId">Whose key.</param>
/// <param name="ReceivedAt">When its webhook came; its day's key seals it. Whole milliseconds.</param>
/// <param name="Box">The <see cref="SpooledRecord"/>.</param>
internal sealed record SpoolEntry(string TenantId, DateTimeOffset ReceivedAt, SealedBox Box)
{
    /// <summary>Seals a record.</summary>
    /// <exception cref="KeyGoneException">There is no key of that day.</exception>
    public static SpoolEntry Seal(Sealer sealer, string tenantId, DateTimeOffset receivedAt, SpooledRecord record) =>
        new(tenantId, receivedAt, sealer.Seal(tenantId, SealPurpose.Spool, record.ToBytes(), KeyRef.Day(receivedAt)));

    /// <summary>Content of its frame.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(TenantId);
        writer.Write(ReceivedAt.ToUnixTimeMilliseconds());
        writer.Write(Box.KeyId);
        writer.Write7BitEncodedInt(Box.Box.Length);
        writer.Write(Box.Box);
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    public static SpoolEntry Parse(ReadOnlyMemory<byte> bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes.ToArray(), writable: false));
        var (tenant, at, key) = (reader.ReadString(), DateTimeOffset.FromUnixTimeMilliseconds(reader.ReadInt64()), reader.ReadString());
        return new(tenant, at, new() { KeyId = key, Box = reader.ReadBytes(reader.Read7BitEncodedInt()) });
    }
}
