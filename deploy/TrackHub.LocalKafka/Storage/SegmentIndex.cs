using Microsoft.Win32.SafeHandles;

namespace TrackHub.LocalKafka.Storage;

/// <summary>
/// Where batches start in a segment, about one entry per <see cref="IntervalBytes"/>, by offset and by time. It lives in a file beside
/// the segment and is searched there; only the entries of the last, unfinished block are in memory.
/// </summary>
/// <remarks>
/// The file is whole <see cref="IndexBlock"/>s, of which only the last may have fewer entries than fit, and behind them a
/// <see cref="SegmentSummary"/> if the segment was closed.
/// One writer (under the partition's append lock), any number of readers without a lock.
/// </remarks>
internal sealed class SegmentIndex(Disk disk, string path) : IDisposable
{
    /// <summary>Bytes between entries: a look-up walks at most this many bytes of batch heads.</summary>
    public const int IntervalBytes = 16 * 1024;

    private readonly Lock _opening = new();
    private SafeFileHandle? _file;
    private bool _disposed;
    private Tail _tail = new(firstBlock: 0, IndexBlock.Capacity);
    private long _lastPosition = -IntervalBytes;

    /// <summary>Entries behind the blocks on disk. Replaced whole when its blocks are written, so a reader keeps the one it has.</summary>
    private sealed class Tail(int firstBlock, int capacity)
    {
        public readonly int FirstBlock = firstBlock;
        public readonly IndexEntry[] Entries = new IndexEntry[capacity];
        public int Count;   // published after the entry it counts
    }

    /// <summary>Where the file is; a replacement moves with its segment.</summary>
    public string Path { get; private set; } = path;

    /// <summary>Notes a batch if the last noted one is far enough back.</summary>
    public void Add(in IndexEntry entry)
    {
        if (entry.Position - _lastPosition < IntervalBytes)
            return;

        var tail = _tail;
        if (tail.Count == tail.Entries.Length)
            tail = MakeRoom(tail);
        tail.Entries[tail.Count] = entry;
        Volatile.Write(ref tail.Count, tail.Count + 1);
        _lastPosition = entry.Position;
    }

    /// <summary>The last noted batch at or before the one that holds <paramref name="offset"/>; null for the segment's start.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public IndexEntry? FloorOfOffset(long offset) => Floor(offset, static (entry, wanted) => entry.Offset <= wanted);

    /// <summary>
    /// The last noted batch at or before the first whose largest timestamp is at least <paramref name="timestamp"/>; null for the start.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public IndexEntry? FloorOfTimestamp(long timestamp) => Floor(timestamp, static (entry, wanted) => entry.MaxTimestampBefore < wanted);

    /// <summary>The last noted batch that starts at or before <paramref name="position"/>; null for the segment's start.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public IndexEntry? FloorOfPosition(long position) => Floor(position, static (entry, wanted) => entry.Position <= wanted);

    /// <summary>Writes what is in memory, and the summary behind it. The index can still grow.</summary>
    /// <exception cref="IOException">The disk refused; the index goes on as before.</exception>
    public void Seal(SegmentSummary summary)
    {
        var end = (long)WriteBlocks(_tail, _tail.Count) * IndexBlock.Bytes;
        var file = OpenFile();
        disk.SetLength(file, end);
        disk.Write(file, summary.Encode(), end);
    }

    /// <summary>Lets go of the memory of a sealed index, which is not added to any more.</summary>
    public void Release() =>
        Volatile.Write(ref _tail, new Tail(_tail.FirstBlock + IndexBlock.CountFor(_tail.Count), capacity: 0));

    /// <summary>fsync(2) of the file.</summary>
    /// <exception cref="IOException">It may not be on the disk.</exception>
    public void Flush() => disk.Flush(OpenFile());

    /// <summary>Takes over a sealed file; null if there is none or its summary is damaged.</summary>
    public SegmentSummary? Load()
    {
        if (!File.Exists(Path))
            return null;

        var file = OpenFile();
        var length = RandomAccess.GetLength(file);
        var end = length / IndexBlock.Bytes * IndexBlock.Bytes;
        var bytes = new byte[length - end];
        if (RandomAccess.Read(file, bytes, end) < bytes.Length || SegmentSummary.TryDecode(bytes) is not { } summary)
            return null;

        var blocks = (int)(end / IndexBlock.Bytes);
        Volatile.Write(ref _tail, new Tail(blocks, capacity: 0));
        return summary;
    }

    /// <summary>Makes a loaded index ready for more entries: its last block comes back to memory.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public void Reopen()
    {
        if (_tail.FirstBlock == 0)
            return;

        Span<IndexEntry> last = stackalloc IndexEntry[IndexBlock.Capacity];
        var count = ReadBlock(_tail.FirstBlock - 1, last);
        _lastPosition = last[count - 1].Position;
        var tail = new Tail(count < IndexBlock.Capacity ? _tail.FirstBlock - 1 : _tail.FirstBlock, IndexBlock.Capacity);
        if (count < IndexBlock.Capacity)
        {
            last[..count].CopyTo(tail.Entries);
            tail.Count = count;
        }

        Volatile.Write(ref _tail, tail);
    }

    /// <summary>Forgets every entry.</summary>
    public void Clear()
    {
        _lastPosition = -IntervalBytes;
        Volatile.Write(ref _tail, new Tail(firstBlock: 0, IndexBlock.Capacity));
    }

    /// <summary>Moves the file, if there is one, over what is at <paramref name="path"/>.</summary>
    public void MoveTo(string path)
    {
        File.Delete(path);
        if (File.Exists(Path))
            File.Move(Path, path);
        Path = path;
    }

    /// <summary>Deletes the file; the index is not used any more.</summary>
    public void Delete() => File.Delete(Path);

    public void Dispose()
    {
        lock (_opening)
        {
            _disposed = true;
            _file?.Dispose();
        }
    }

    private IndexEntry? Floor(long wanted, Func<IndexEntry, long, bool> isBefore)
    {
        var tail = Volatile.Read(ref _tail);
        var inMemory = tail.Entries.AsSpan(0, Volatile.Read(ref tail.Count));
        if (LastBefore(inMemory, wanted, isBefore) is { } found)
            return found;

        Span<IndexEntry> block = stackalloc IndexEntry[IndexBlock.Capacity];
        var low = 0;
        var high = tail.FirstBlock;
        while (low < high)
        {
            var middle = (low + high) / 2;
            ReadBlock(middle, block);
            if (isBefore(block[0], wanted))
                low = middle + 1;
            else
                high = middle;
        }

        return low == 0 ? null : LastBefore(block[..ReadBlock(low - 1, block)], wanted, isBefore);
    }

    private static IndexEntry? LastBefore(ReadOnlySpan<IndexEntry> entries, long wanted, Func<IndexEntry, long, bool> isBefore)
    {
        var low = 0;
        var high = entries.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (isBefore(entries[middle], wanted))
                low = middle + 1;
            else
                high = middle;
        }

        return low == 0 ? null : entries[low - 1];
    }

    /// <summary>Writes the full blocks; on a disk that refuses, memory holds them until the next try.</summary>
    private Tail MakeRoom(Tail tail)
    {
        Tail next;
        try
        {
            next = new Tail(WriteBlocks(tail, tail.Count), IndexBlock.Capacity);
        }
        catch (IOException)
        {
            next = new Tail(tail.FirstBlock, tail.Entries.Length + IndexBlock.Capacity) { Count = tail.Count };
            tail.Entries.CopyTo(next.Entries, 0);
        }

        Volatile.Write(ref _tail, next);
        return next;
    }

    /// <summary>Writes the first <paramref name="count"/> entries of the tail; returns how many blocks the file then has.</summary>
    private int WriteBlocks(Tail tail, int count)
    {
        var block = new byte[IndexBlock.Bytes];
        var number = tail.FirstBlock;
        for (var from = 0; from < count; from += IndexBlock.Capacity, number++)
        {
            IndexBlock.Encode(tail.Entries.AsSpan(from, Math.Min(IndexBlock.Capacity, count - from)), block);
            disk.Write(OpenFile(), block, (long)number * IndexBlock.Bytes);
        }

        return number;
    }

    private int ReadBlock(int number, Span<IndexEntry> entries)
    {
        Span<byte> block = stackalloc byte[IndexBlock.Bytes];
        return RandomAccess.Read(OpenFile(), block, (long)number * IndexBlock.Bytes) == block.Length
            && IndexBlock.TryDecode(block, entries, out var count)
            ? count
            : throw new InvalidDataException($"Block {number} of the index {Path} is damaged.");
    }

    private SafeFileHandle OpenFile()
    {
        if (Volatile.Read(ref _file) is { } opened)
            return opened;

        lock (_opening)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_file is null)
                Volatile.Write(ref _file, disk.Open(Path));
            return _file;
        }
    }
}
