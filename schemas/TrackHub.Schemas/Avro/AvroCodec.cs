using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace TrackHub.Schemas;

/// <summary>Whole records to and from Avro binary, for any generated record.</summary>
public static class AvroCodec
{
    /// <summary>Appends the record to <paramref name="sink"/>.</summary>
    public static void Encode<T>(this T record, IBufferWriter<byte> sink)
        where T : IAvroRecord<T>
    {
        var writer = new AvroWriter(sink);
        record.Encode(ref writer);
        writer.Flush();
    }

    /// <summary>Writes the record to the start of <paramref name="destination"/>; false, with rubbish in it, if that is too small.</summary>
    public static bool TryEncode<T>(this T record, Span<byte> destination, out int written)
        where T : IAvroRecord<T>
    {
        var writer = new AvroWriter(destination);
        record.Encode(ref writer);
        written = writer.Overflowed ? 0 : writer.Written;
        return !writer.Overflowed;
    }

    /// <summary>The record in an array of its own.</summary>
    public static byte[] ToAvro<T>(this T record)
        where T : IAvroRecord<T>
    {
        var sink = new ArrayBufferWriter<byte>();
        record.Encode(sink);
        return sink.WrittenSpan.ToArray();
    }

    /// <summary>Decodes one record that fills <paramref name="encoded"/>.</summary>
    /// <exception cref="AvroFormatException">The bytes are not one record of T's schema.</exception>
    public static T Decode<T>(ReadOnlySpan<byte> encoded)
        where T : IAvroRecord<T>
    {
        var reader = new AvroReader(encoded);
        var record = T.Decode(ref reader);
        reader.End();
        return record;
    }

    /// <summary>Decodes one record that fills <paramref name="encoded"/>; false if it does not.</summary>
    public static bool TryDecode<T>(ReadOnlySpan<byte> encoded, [MaybeNullWhen(false)] out T record)
        where T : IAvroRecord<T>
    {
        try
        {
            record = Decode<T>(encoded);
            return true;
        }
        catch (AvroFormatException)
        {
            record = default;
            return false;
        }
    }
}
