using Microsoft.Win32.SafeHandles;

namespace TrackHub.LocalKafka.Storage;

/// <summary>Whole batches, one after the other, of one segment.</summary>
internal readonly record struct LogSlice(Segment? Segment, long Position, int Length)
{
    /// <summary>Nothing to read (yet).</summary>
    public static LogSlice Empty => default;

    /// <summary>The file, open while the segment is borrowed.</summary>
    public SafeFileHandle File => Segment!.File;

    /// <summary>Path of that file.</summary>
    public string Path => Segment!.Path;

    /// <summary>Keeps the segment's file open until <see cref="Return"/>, whatever deletes it; false if it is closed already.</summary>
    public bool TryBorrow() => Segment?.TryBorrow() ?? true;

    /// <summary>Ends what <see cref="TryBorrow"/> began.</summary>
    public void Return() => Segment?.Return();

    /// <summary>Reads from <paramref name="skipped"/> bytes behind the start on; 0 at the end or when the file was closed.</summary>
    public int Read(Span<byte> destination, int skipped) =>
        Segment?.Read(destination[..Math.Min(destination.Length, Length - skipped)], Position + skipped) ?? 0;

    /// <summary>
    /// Reads the slice into <paramref name="destination"/> (at least <see cref="Length"/> bytes) and returns how many bytes are whole
    /// batches: fewer than <see cref="Length"/> if the file was closed or cut meanwhile.
    /// </summary>
    public int ReadWholeBatches(Span<byte> destination)
    {
        var read = Read(destination, 0);
        var whole = 0;
        while (BatchHeader.TryRead(destination[whole..read], out var header) && header.SizeInBytes <= read - whole)
            whole += header.SizeInBytes;
        return whole;
    }
}
