using Microsoft.Win32.SafeHandles;

namespace TrackHub.LocalKafka.Storage;

/// <summary>One file of a partition: whole record batches back to back, named by the offset of its first; and its index.</summary>
/// <remarks>
/// One writer (under the partition's append lock), any number of readers without a lock. The file stays open while a reader has borrowed it.
/// What the index keeps for the next start is in Segment.Index.cs.
/// </remarks>
internal sealed partial class Segment : IDisposable
{
    private readonly Disk _disk;
    private readonly SafeFileHandle _file;
    private readonly SegmentIndex _index;
    private readonly DamageReport _report;
    private readonly DamageMap _damage = new();
    private readonly SegmentReader _reader;

    // Write side.
    private bool _tailIsDirty;
    private long? _firstTimestamp;

    // Both sides.
    private volatile bool _isFinished;
    private long _length;
    private long _readable;
    private long _nextOffset;
    private long _maxTimestamp = -1;
    private int _isClosed;
    private int _users = 1;   // the log itself, until it is disposed

    private Segment(string path, string indexPath, long baseOffset, Disk disk, DamageReport report)
    {
        Path = path;
        BaseOffset = baseOffset;
        _nextOffset = baseOffset;
        _disk = disk;
        _report = report;
        _file = disk.Open(path);
        _index = new SegmentIndex(disk, indexPath);
        Check = new SegmentCheck(this);
        _reader = new SegmentReader(this, _file, _index, _damage);
    }

    public string Path { get; private set; }

    /// <summary>The file, for readers that have borrowed it.</summary>
    public SafeFileHandle File => _file;

    public long BaseOffset { get; }

    /// <summary>Bytes of whole batches; what lies behind is not part of the log.</summary>
    public long Length => Volatile.Read(ref _length);

    /// <summary>Bytes that readers see.</summary>
    public long ReadableLength => Volatile.Read(ref _readable);

    /// <summary>The offset behind the last record; <see cref="BaseOffset"/> when empty.</summary>
    public long NextOffset => Volatile.Read(ref _nextOffset);

    /// <summary>Largest timestamp in Unix milliseconds, -1 when empty.</summary>
    public long MaxTimestamp => Volatile.Read(ref _maxTimestamp);

    /// <summary>
    /// What retention.ms counts from, in Unix milliseconds: the largest timestamp or, where no record has one, when the file was last
    /// written, as Kafka does.
    /// </summary>
    public long AgedFromMs => MaxTimestamp >= 0 ? MaxTimestamp : new DateTimeOffset(System.IO.File.GetLastWriteTimeUtc(_file)).ToUnixTimeMilliseconds();

    /// <summary>Bytes in the file, whole batches or not.</summary>
    public long FileLength => RandomAccess.GetLength(_file);

    /// <summary>The check of what this process has not read yet.</summary>
    public SegmentCheck Check { get; }

    /// <summary>Bytes that readers skip.</summary>
    public long DamagedBytes => _damage.Ranges.Sum(static range => range.End - range.Start);

    /// <summary>Nothing is appended any more, so its index is complete.</summary>
    public bool IsFinished => _isFinished;

    /// <summary>Retention, a replacement or the end of the log closed the file; reads return nothing.</summary>
    public bool IsClosed => Volatile.Read(ref _isClosed) == 1;

    /// <summary>Opens or creates the segment of <paramref name="baseOffset"/> in a partition's directory, unread.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public static Segment Open(string directory, long baseOffset, Disk disk, DamageReport report) =>
        new(SegmentFiles.LogOf(directory, baseOffset), SegmentFiles.IndexOf(directory, baseOffset), baseOffset, disk, report);

    /// <summary>Creates an empty segment that is to take the place of others, under names that a start deletes.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public static Segment CreateReplacement(string directory, long baseOffset, Disk disk, DamageReport report)
    {
        var (log, index) = SegmentFiles.ReplacementOf(directory, baseOffset);
        System.IO.File.Delete(log);
        System.IO.File.Delete(index);
        return new Segment(log, index, baseOffset, disk, report);
    }

    /// <summary>Appends one batch; it is in the page cache when this returns, and read after <see cref="Publish"/>.</summary>
    /// <exception cref="IOException">The disk refused; the segment is as it was before.</exception>
    public void Append(ReadOnlySpan<byte> batch, in BatchHeader header)
    {
        // A part of a refused batch, left behind a shorter one, would look like data.
        if (_tailIsDirty)
            CutTail();
        _tailIsDirty = true;
        _disk.Write(_file, batch, _length);
        _tailIsDirty = false;
        Note(_length, header);
    }

    /// <summary>Takes a batch found at <paramref name="position"/> into index and length.</summary>
    public void Note(long position, in BatchHeader header)
    {
        _index.Add(new IndexEntry(header.BaseOffset, position, _maxTimestamp));
        _firstTimestamp ??= header.MaxTimestamp;
        Volatile.Write(ref _maxTimestamp, Math.Max(_maxTimestamp, header.MaxTimestamp));
        Volatile.Write(ref _nextOffset, header.LastOffset + 1);
        Volatile.Write(ref _length, position + header.SizeInBytes);
    }

    /// <summary>Lets readers see the first <paramref name="length"/> bytes.</summary>
    public void Publish(long length) => Volatile.Write(ref _readable, length);

    /// <summary>Marks bytes that readers skip, and reports them.</summary>
    public void NoteDamage(long start, long end)
    {
        if (!_damage.Add(start, end))
            return;

        if (end > _length)
            Volatile.Write(ref _length, end);
        _report.Skipped(Path, start, end - start);
    }

    /// <summary>Cuts the file behind <see cref="Length"/>.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public void CutTail()
    {
        _disk.SetLength(_file, _length);
        _tailIsDirty = false;
    }

    /// <summary>fsync(2): what was appended before the call is on the disk when this returns.</summary>
    /// <exception cref="IOException">It may not be.</exception>
    public void Flush() => _disk.Flush(_file);

    /// <summary>Largest timestamp of the first batch in Unix milliseconds, null when empty: segment.ms counts from it.</summary>
    public long? FirstTimestamp => _firstTimestamp ??= _reader.First()?.Header.MaxTimestamp;

    /// <summary>Goes through the batches on disk, see <see cref="SegmentScan"/>.</summary>
    public SegmentScan Scan(long position, long nextOffset, long end, long offsetLimit, bool mayHaveGaps) =>
        new(_file, position, nextOffset, end, offsetLimit, mayHaveGaps);

    /// <inheritdoc cref="SegmentReader.Read"/>
    public int Read(Span<byte> destination, long position) => _reader.Read(destination, position);

    /// <inheritdoc cref="SegmentReader.FindOffset"/>
    public (long Position, BatchHeader Header)? FindOffset(long offset) => _reader.FindOffset(offset);

    /// <inheritdoc cref="SegmentReader.FindTimestamp"/>
    public (long Position, BatchHeader Header)? FindTimestamp(long timestamp, long offset) =>
        MaxTimestamp < timestamp ? null : _reader.FindTimestamp(timestamp, offset);

    /// <inheritdoc cref="SegmentReader.WholeBatchesFrom"/>
    public int WholeBatchesFrom(long position, in BatchHeader header, int maxBytes) => _reader.WholeBatchesFrom(position, header, maxBytes);

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

    /// <summary>Renames the files; readers notice nothing.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public void MoveTo(string log)
    {
        System.IO.File.Move(Path, log);
        Path = log;
    }

    /// <summary>Renames the index to that of <paramref name="directory"/>'s segment of this base offset, over an older one.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public void MoveIndexTo(string directory) => _index.MoveTo(SegmentFiles.IndexOf(directory, BaseOffset));

    /// <summary>Deletes both files and closes them.</summary>
    /// <exception cref="IOException">The disk refused; what is left is deleted on the next start or try.</exception>
    public void Delete()
    {
        Dispose();
        System.IO.File.Delete(Path);
        _index.Delete();
    }

    /// <summary>Closes the files, that of the log as soon as nobody has borrowed it.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) == 1)
            return;

        Return();
        _index.Dispose();
    }
}
