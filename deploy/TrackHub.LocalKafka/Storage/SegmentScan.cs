using System.Buffers;
using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace TrackHub.LocalKafka.Storage;

/// <summary>
/// Goes through the bytes of a segment and tells sound batches from damage. Behind damage it looks for the next sound batch, byte by byte
/// if a length cannot be trusted, so that one flipped bit costs one batch.
/// </summary>
/// <remarks>
/// Sound is a batch of magic 2 and leader epoch 0 with a right checksum, whose offsets fit between those before and behind. The checksum
/// does not cover the base offset, so one that leaves a gap is believed only if the batch behind it does not contradict.
/// Not thread-safe.
/// </remarks>
internal sealed class SegmentScan : IDisposable
{
    private const int WindowBytes = 256 * 1024;
    private const int EpochPosition = 12;

    private readonly SafeFileHandle _file;
    private readonly long _end;
    private readonly long _offsetLimit;
    private readonly bool _mayHaveGaps;
    private byte[] _window = ArrayPool<byte>.Shared.Rent(WindowBytes);
    private long _windowStart;
    private int _windowLength;
    private bool _isAfterDamage;

    /// <param name="file">The segment's file.</param>
    /// <param name="position">Where a batch starts.</param>
    /// <param name="nextOffset">The offset that batch may not precede.</param>
    /// <param name="end">Where to stop.</param>
    /// <param name="offsetLimit">What no batch may reach: the offset that follows the segment.</param>
    /// <param name="mayHaveGaps">Whether offsets may be missing, as in a compacted segment.</param>
    public SegmentScan(SafeFileHandle file, long position, long nextOffset, long end, long offsetLimit, bool mayHaveGaps)
    {
        _file = file;
        Position = position;
        NextOffset = nextOffset;
        _end = end;
        _offsetLimit = offsetLimit;
        _mayHaveGaps = mayHaveGaps;
    }

    /// <summary>Where the next look starts: behind the last range.</summary>
    public long Position { get; private set; }

    /// <summary>The offset behind the last sound batch.</summary>
    public long NextOffset { get; private set; }

    /// <summary>Where the last range starts.</summary>
    public long Start { get; private set; }

    /// <summary>The batch that the last range is; null if it is damage.</summary>
    public BatchHeader? Batch { get; private set; }

    /// <summary>Goes on to the next range: a batch or damage. False at the end.</summary>
    public bool MoveNext()
    {
        if (Position >= _end)
            return false;

        Start = Position;
        if (IsSound(Position, out var header))
        {
            Batch = header;
            NextOffset = header.LastOffset + 1;
            Position += header.SizeInBytes;
            _isAfterDamage = false;
            return true;
        }

        Batch = null;
        _isAfterDamage = true;
        Position = FindSound() ?? _end;
        return true;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_window);
        _window = [];
    }

    private bool IsSound(long position, out BatchHeader header) =>
        TryReadHead(position, out header)
        && header.BaseOffset >= NextOffset
        && header.LastOffset < _offsetLimit
        && ReadAt(position, header.SizeInBytes) is { IsEmpty: false } batch
        && header.CrcMatches(batch)
        && (header.BaseOffset == NextOffset || IsGapSound(position, header));

    private bool TryReadHead(long position, out BatchHeader header)
    {
        var head = ReadAt(position, BatchHeader.Size);
        return BatchHeader.TryRead(head, out header)
            && header.Magic == 2
            && BinaryPrimitives.ReadInt32BigEndian(head[EpochPosition..]) == 0
            && header.SizeInBytes <= _end - position;
    }

    private bool IsGapSound(long position, in BatchHeader header)
    {
        if (TryReadHead(position + header.SizeInBytes, out var following) && following.BaseOffset >= NextOffset)
            return following.BaseOffset > header.LastOffset;
        return _mayHaveGaps || _isAfterDamage;
    }

    private long? FindSound()
    {
        // The length may be right and the rest wrong: then the next batch is where it says.
        if (TryReadHead(Position, out var damaged) && IsSound(Position + damaged.SizeInBytes, out _))
            return Position + damaged.SizeInBytes;

        var mark = "\0\0\0\0\u0002"u8;   // leader epoch and magic of every batch
        for (var from = Position + 1; _end - from >= BatchHeader.Size;)
        {
            var bytes = ReadAt(from, (int)Math.Min(WindowBytes, _end - from));
            if (bytes.Length < BatchHeader.Size)
                return null;

            var found = bytes[EpochPosition..].IndexOf(mark);
            if (found < 0)
            {
                from += bytes.Length - EpochPosition - mark.Length + 1;
                continue;
            }

            if (IsSound(from + found, out _))
                return from + found;
            from += found + 1;
        }

        return null;
    }

    /// <summary>Bytes at a position, from memory if they were read before; empty if there are fewer.</summary>
    private ReadOnlySpan<byte> ReadAt(long position, int count)
    {
        var inWindow = position - _windowStart;
        if (inWindow < 0 || inWindow + count > _windowLength)
        {
            if (count > _end - position)
                return default;

            if (count > _window.Length)
            {
                ArrayPool<byte>.Shared.Return(_window);
                _window = ArrayPool<byte>.Shared.Rent(count);
            }

            _windowStart = position;
            _windowLength = 0;
            var wanted = (int)Math.Min(_window.Length, _end - position);
            while (_windowLength < wanted)
            {
                var read = RandomAccess.Read(_file, _window.AsSpan(_windowLength, wanted - _windowLength), position + _windowLength);
                if (read == 0)
                    break;
                _windowLength += read;
            }

            inWindow = 0;
            if (count > _windowLength)
                return default;
        }

        return _window.AsSpan((int)inWindow, count);
    }
}
