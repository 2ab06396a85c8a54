using Microsoft.Win32.SafeHandles;

namespace TrackHub.LocalKafka.Storage;

/// <summary>One file of a partition: whole record batches back to back, named by the offset of its first.</summary>
/// <remarks>
/// One writer (under the partition's append lock), any number of readers without a lock. The file stays open while a reader has borrowed it.
/// </remarks>
internal sealed class Segment : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly SparseIndex _index = new();
    private readonly List<(long Start, long End)> _damaged = [];
    private long _length;
    private int _users = 1;   // the log itself, until it is disposed
    private int _disposed;

    private Segment(string path, long baseOffset)
    {
        Path = path;
        BaseOffset = baseOffset;
        _file = System.IO.File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
    }

    public string Path { get; }

    public long BaseOffset { get; }

    /// <summary>The file, for readers that have borrowed it.</summary>
    public SafeFileHandle File => _file;

    /// <summary>Bytes of whole batches; what lies behind is not part of the log.</summary>
    public long Length => Volatile.Read(ref _length);

    /// <summary>Largest timestamp in Unix milliseconds, -1 when empty.</summary>
    public long MaxTimestamp { get; private set; } = -1;

    /// <summary>Opens or creates the segment of <paramref name="baseOffset"/> in a partition's directory, unread.</summary>
    public static Segment Open(string directory, long baseOffset) =>
        new(System.IO.Path.Combine(directory, $"{baseOffset:D20}.log"), baseOffset);

    /// <summary>Appends one batch; it is in the page cache when this returns.</summary>
    /// <exception cref="IOException">The disk refused; the segment is as it was before.</exception>
    public void Append(ReadOnlySpan<byte> batch, in BatchHeader header)
    {
        var position = _length;
        try
        {
            RandomAccess.Write(_file, batch, position);
        }
        catch (IOException)
        {
            // A part may have been written: cut it, or a shorter batch written over it would leave a tail that looks like data.
            RandomAccess.SetLength(_file, position);
            throw;
        }

        Note(position, header);
    }

    /// <summary>Takes a batch found at <paramref name="position"/> into index and length.</summary>
    public void Note(long position, in BatchHeader header)
    {
        _index.Add(header.BaseOffset, position, MaxTimestamp);
        MaxTimestamp = Math.Max(MaxTimestamp, header.MaxTimestamp);
        Volatile.Write(ref _length, position + header.SizeInBytes);
    }

    /// <summary>Marks bytes that are skipped by readers. Only before the segment is read.</summary>
    public void NoteDamage(long start, long end)
    {
        _damaged.Add((start, end));
        Volatile.Write(ref _length, end);
    }

    /// <summary>Bytes in the file, whole batches or not.</summary>
    public long FileLength => RandomAccess.GetLength(_file);

    /// <summary>Cuts the file behind <see cref="Length"/>.</summary>
    public void CutTail() => RandomAccess.SetLength(_file, _length);

    /// <summary>Writes the page cache to the disk.</summary>
    public void Flush() => RandomAccess.FlushToDisk(_file);

    /// <summary>
    /// Reads bytes at <paramref name="position"/>; fewer at the end of the file, none once retention or a topic's deletion closed it.
    /// </summary>
    public int Read(Span<byte> destination, long position)
    {
        var read = 0;
        try
        {
            while (read < destination.Length)
            {
                var chunk = RandomAccess.Read(_file, destination[read..], position + read);
                if (chunk == 0)
                    break;
                read += chunk;
            }
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }

        return read;
    }

    /// <summary>The first batch whose last offset is at least <paramref name="offset"/>.</summary>
    public (long Position, BatchHeader Header)? FindOffset(long offset) => Walk(_index.FloorOfOffset(offset), offset, long.MinValue);

    /// <summary>The first batch whose last offset is at least <paramref name="offset"/> and its largest timestamp at least <paramref name="timestamp"/>.</summary>
    public (long Position, BatchHeader Header)? FindTimestamp(long timestamp, long offset) =>
        MaxTimestamp < timestamp
            ? null
            : Walk(Math.Max(_index.FloorOfTimestamp(timestamp), _index.FloorOfOffset(offset)), offset, timestamp);

    /// <summary>How many bytes from <paramref name="position"/> on, at most <paramref name="maxBytes"/>, are whole batches in one piece.</summary>
    public int WholeBatchesFrom(long position, int maxBytes)
    {
        var readable = ReadableFrom(position);
        if (readable <= maxBytes)
            return (int)readable;

        var limit = position + maxBytes;
        var end = Math.Max(position, _index.FloorOfPosition(limit));
        Span<byte> head = stackalloc byte[BatchHeader.Size];
        while (Read(head, end) == head.Length && BatchHeader.TryRead(head, out var header) && header.SizeInBytes <= limit - end)
            end += header.SizeInBytes;
        return (int)(end - position);
    }

    /// <summary>Keeps the file open until <see cref="Return"/>; false if it is closed already.</summary>
    public bool TryBorrow()
    {
        for (var users = Volatile.Read(ref _users); users > 0;)
        {
            var seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
                return true;
            users = seen;
        }

        return false;
    }

    /// <summary>Ends what <see cref="TryBorrow"/> began; the last user closes the file.</summary>
    public void Return()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            _file.Dispose();
    }

    /// <summary>Closes the file as soon as nobody has borrowed it.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            Return();
    }

    /// <summary>How many bytes from <paramref name="position"/> on may be read in one piece: to the end or to the next damage.</summary>
    private long ReadableFrom(long position)
    {
        var end = Length;
        foreach (var (start, _) in _damaged)
        {
            if (start >= position)
                end = Math.Min(end, start);
        }

        return end - position;
    }

    private (long Position, BatchHeader Header)? Walk(long position, long offset, long timestamp)
    {
        Span<byte> head = stackalloc byte[BatchHeader.Size];
        var end = Length;
        while (position < end)
        {
            if (DamageAt(position) is { } damageEnd)
            {
                position = damageEnd;
                continue;
            }

            if (Read(head, position) < head.Length || !BatchHeader.TryRead(head, out var header))
                return null;
            if (header.LastOffset >= offset && header.MaxTimestamp >= timestamp)
                return (position, header);
            position += header.SizeInBytes;
        }

        return null;
    }

    private long? DamageAt(long position)
    {
        foreach (var (start, end) in _damaged)
        {
            if (position >= start && position < end)
                return end;
        }

        return null;
    }
}
