using System.Buffers;
using Microsoft.Win32.SafeHandles;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Spooling;

/// <summary>
/// A file of the spool: a frame with the schemas its records are written in, then a frame a record. One writes, under the spool's lock; one reads what
/// is durable.
/// </summary>
internal sealed class SpoolSegment : IDisposable
{
    /// <summary>Topics whose records are spooled.</summary>
    public static readonly IReadOnlyDictionary<string, TopicDefinition> Spooled =
        new[] { Topics.IngestEvents, Topics.DeadLetters, Topics.EventOutcomes, Topics.Quarantine }.ToDictionary(static topic => topic.Name, StringComparer.Ordinal);

    private readonly SafeFileHandle _handle;
    private readonly long _firstRecord;
    private long _end;
    private int _damaged;

    private SpoolSegment(string path, SafeFileHandle handle, IReadOnlyDictionary<string, string> schemas, long firstRecord, long end)
    {
        (Path, _handle, Schemas, _firstRecord, _end, Position) = (path, handle, schemas, firstRecord, end, firstRecord);
    }

    /// <summary>Its file.</summary>
    public string Path { get; }

    /// <summary>Avro schema of each topic's records in here: those of the version that wrote the file.</summary>
    public IReadOnlyDictionary<string, string> Schemas { get; }

    /// <summary>End of what is durable.</summary>
    public long End => Volatile.Read(ref _end);

    /// <summary>Bytes of its records.</summary>
    public long RecordBytes => End - _firstRecord;

    /// <summary>End of what is in the log. The drain's.</summary>
    public long Position { get; private set; }

    /// <summary>Whether something in here could not be read: the file is kept for somebody to look at.</summary>
    public bool IsDamaged => Volatile.Read(ref _damaged) is 1;

    /// <summary>Schemas of the records this version writes, by topic.</summary>
    public static IReadOnlyDictionary<string, string> Written { get; } = Spooled.ToDictionary(static topic => topic.Key, static topic => topic.Value.ValueSchemaJson);

    /// <summary>Makes a file; its schemas become durable with the first record.</summary>
    /// <param name="path">The file.</param>
    /// <param name="schemas">Schema of each topic's records.</param>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public static SpoolSegment Create(string path, IReadOnlyDictionary<string, string> schemas)
    {
        var header = HeaderBytes(schemas);
        var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            RandomAccess.Write(handle, header, 0);
            return new(path, handle, schemas, header.Length, header.Length);
        }
        catch
        {
            handle.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Opens a file that another life of the process left behind, to be read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="entries">Its records.</param>
    /// <returns>Null if there is nothing in it that can be read.</returns>
    public static SpoolSegment? Recover(string path, out List<SpoolEntry> entries)
    {
        var bytes = File.ReadAllBytes(path);
        var frames = SpoolFrames.Read(bytes);
        entries = [.. frames.Skip(1).Select(static frame => SpoolEntry.Parse(frame.Payload))];
        if (frames.Count is 0)
            return null;

        var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var segment = new SpoolSegment(path, handle, SchemasOf(frames[0].Payload), frames[0].End, frames[^1].End);
        if (segment.End < bytes.Length)
            segment.MarkDamaged();
        return segment;
    }

    /// <summary>Appends frames; durable when this returns.</summary>
    /// <exception cref="IOException">The disk is full or broken; nothing of it counts, and the file is not to be written to again.</exception>
    public void Append(ReadOnlySpan<byte> frames)
    {
        try
        {
            RandomAccess.Write(_handle, frames, _end);
            RandomAccess.FlushToDisk(_handle);
        }
        catch
        {
            RandomAccess.SetLength(_handle, _end);
            throw;
        }

        Volatile.Write(ref _end, _end + frames.Length);
    }

    /// <summary>The next durable records that are not in the log yet, each with its end; as many as fit into a good batch.</summary>
    public List<(SpoolEntry Entry, long End)> ReadOn()
    {
        var start = Position;
        var buffer = new byte[Math.Min(End - start, SpoolFrames.SizeOf(SpoolFrames.MaxPayload))];
        var filled = 0;
        while (filled < buffer.Length && RandomAccess.Read(_handle, buffer.AsSpan(filled), start + filled) is > 0 and var read)
            filled += read;
        var frames = SpoolFrames.Read(buffer.AsMemory(0, filled));
        if (frames.Count > 0 || buffer.Length is 0)
            return frames.ConvertAll(frame => (SpoolEntry.Parse(frame.Payload), start + frame.End));

        // What was whole when it was written is not any more: the disk's doing.
        MarkDamaged();
        Position = End;
        return [];
    }

    /// <summary>Everything up to there is in the log.</summary>
    public void Advance(long end) => Position = end;

    /// <summary>Something in here cannot be read.</summary>
    public void MarkDamaged() => Volatile.Write(ref _damaged, 1);

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private static byte[] HeaderBytes(IReadOnlyDictionary<string, string> schemas)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write7BitEncodedInt(schemas.Count);
        foreach (var (topic, schema) in schemas)
        {
            writer.Write(topic);
            writer.Write(schema);
        }

        writer.Flush();
        var sink = new ArrayBufferWriter<byte>();
        SpoolFrames.Write(sink, stream.ToArray());
        return sink.WrittenSpan.ToArray();
    }

    private static Dictionary<string, string> SchemasOf(ReadOnlyMemory<byte> header)
    {
        using var reader = new BinaryReader(new MemoryStream(header.ToArray(), writable: false));
        var schemas = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
            schemas.Add(reader.ReadString(), reader.ReadString());
        return schemas;
    }
}
