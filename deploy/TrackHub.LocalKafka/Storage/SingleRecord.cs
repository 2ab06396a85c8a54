using System.Buffers.Binary;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Storage;

/// <summary>
/// Batches of one uncompressed record, for the few the broker itself writes (the registry's). Source: KIP-98, as in <see cref="BatchHeader"/>.
/// </summary>
internal static class SingleRecord
{
    /// <summary>Builds a batch without offset; <see cref="PartitionLog.Append"/> stamps it.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="value">Its value; null for a tombstone.</param>
    /// <param name="unixMs">The record's time.</param>
    public static byte[] Encode(byte[] key, byte[]? value, long unixMs)
    {
        using var body = new MemoryStream();
        body.WriteByte(0);   // attributes
        WriteVarInt(body, 0);   // timestamp delta
        WriteVarInt(body, 0);   // offset delta
        WriteVarInt(body, key.Length);
        body.Write(key);
        WriteVarInt(body, value?.Length ?? -1);
        body.Write(value ?? []);
        WriteVarInt(body, 0);   // headers

        using var batch = new MemoryStream();
        batch.Write(new byte[BatchHeader.Size]);
        WriteVarInt(batch, (int)body.Length);
        body.WriteTo(batch);
        var bytes = batch.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8), bytes.Length - BatchHeader.LengthPrefix);
        bytes[16] = 2;   // magic
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(27), unixMs);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(35), unixMs);
        bytes.AsSpan(43, 14).Fill(0xff);   // no producer: id, epoch and sequence -1
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(57), 1);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(17), Crc32C.Compute(bytes.AsSpan(21)));
        return bytes;
    }

    /// <summary>Reads key and value (either may be null) of the one record of an uncompressed batch; false for any other batch.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> batch, out byte[]? key, out byte[]? value)
    {
        key = value = null;
        if (!BatchHeader.TryRead(batch, out var header) || header.Compression != 0 || header.RecordCount != 1)
            return false;

        var record = batch[BatchHeader.Size..header.SizeInBytes];
        return TryVarInt(ref record, out _)   // length
            && TrySkipByte(ref record)   // attributes
            && TryVarInt(ref record, out _)   // timestamp delta
            && TryVarInt(ref record, out _)   // offset delta
            && TryBytes(ref record, out key)
            && TryBytes(ref record, out value);
    }

    private static void WriteVarInt(MemoryStream stream, int value)
    {
        var zigZag = (uint)((value << 1) ^ (value >> 31));
        for (; zigZag >= 0x80; zigZag >>= 7)
            stream.WriteByte((byte)(zigZag | 0x80));
        stream.WriteByte((byte)zigZag);
    }

    private static bool TrySkipByte(ref ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return false;
        bytes = bytes[1..];
        return true;
    }

    private static bool TryVarInt(ref ReadOnlySpan<byte> bytes, out int value)
    {
        var raw = 0u;
        for (var i = 0; i < Math.Min(bytes.Length, 5); i++)
        {
            raw |= (uint)(bytes[i] & 0x7f) << (7 * i);
            if (bytes[i] >= 0x80)
                continue;

            bytes = bytes[(i + 1)..];
            value = (int)(raw >> 1) ^ -(int)(raw & 1);
            return true;
        }

        value = 0;
        return false;
    }

    private static bool TryBytes(ref ReadOnlySpan<byte> bytes, out byte[]? value)
    {
        value = null;
        if (!TryVarInt(ref bytes, out var length) || length > bytes.Length)
            return false;
        if (length < 0)
            return true;

        value = bytes[..length].ToArray();
        bytes = bytes[length..];
        return true;
    }
}
