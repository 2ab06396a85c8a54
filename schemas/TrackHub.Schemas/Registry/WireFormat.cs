using System.Buffers.Binary;

namespace TrackHub.Schemas;

/// <summary>
/// The Confluent wire format of a value: byte 0, the writer schema's id as four bytes big-endian, then Avro binary.
/// Source: docs.confluent.io, Schema Registry, "Wire format".
/// </summary>
public static class WireFormat
{
    /// <summary>Bytes before the Avro binary.</summary>
    public const int HeaderBytes = 5;

    private const byte Magic = 0;

    /// <summary>Writes the header to the first <see cref="HeaderBytes"/> bytes.</summary>
    public static void WriteHeader(Span<byte> destination, int schemaId)
    {
        destination[0] = Magic;
        BinaryPrimitives.WriteInt32BigEndian(destination[1..], schemaId);
    }

    /// <summary>Reads the header; false if the value is too short, starts with another byte or names a negative id.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> value, out int schemaId)
    {
        schemaId = 0;
        if (value.Length < HeaderBytes || value[0] != Magic)
            return false;

        schemaId = BinaryPrimitives.ReadInt32BigEndian(value[1..]);
        return schemaId >= 0;
    }
}
