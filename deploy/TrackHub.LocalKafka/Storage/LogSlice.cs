namespace TrackHub.LocalKafka.Storage;

/// <summary>A run of bytes of one segment that starts with a whole batch and may end within one.</summary>
internal readonly record struct LogSlice(Segment? Segment, long Position, int Length)
{
    /// <summary>Nothing to read (yet).</summary>
    public static LogSlice Empty => default;

    /// <summary>
    /// Reads the slice into <paramref name="destination"/> (at least <see cref="Length"/> bytes) and returns how many bytes are whole batches.
    /// </summary>
    public int ReadWholeBatches(Span<byte> destination)
    {
        if (Segment is null)
            return 0;

        var read = Segment.Read(destination[..Length], Position);
        var whole = 0;
        while (BatchHeader.TryRead(destination[whole..read], out var header) && header.SizeInBytes <= read - whole)
            whole += header.SizeInBytes;
        return whole;
    }
}
