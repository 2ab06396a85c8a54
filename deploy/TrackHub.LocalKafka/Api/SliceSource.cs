using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Api;

/// <summary>A slice of the log as the records of an answer: read into it if it is small, else attached to be sent from its file.</summary>
internal sealed class SliceSource(LogSlice slice, AttachedRecords attached) : IRecordSource
{
    /// <summary>Slices up to this size are read into the answer: one system call more, and the answer leaves in one piece.</summary>
    private const int CopiedBytes = 32 * 1024;

    public void WriteTo(WireWriter writer)
    {
        if (slice.Length <= CopiedBytes)
        {
            writer.BytesInPlace(slice.Length, slice, static (memory, slice) => slice.ReadWholeBatches(memory.Span));
            return;
        }

        var mark = writer.Length;
        writer.BytesLength(slice.Length);
        if (attached.TryAdd(writer.Length, slice))
            return;

        // Deleted since it was found: as if nothing were there, the next fetch is told so.
        writer.Truncate(mark);
        writer.BytesLength(0);
    }
}
