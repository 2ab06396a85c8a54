using Microsoft.Extensions.Logging;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Storage;

/// <summary>What an append came to.</summary>
/// <param name="Error">None, or why nothing was written.</param>
/// <param name="BaseOffset">Offset of the first record, also of a duplicate's first copy; -1 on error.</param>
/// <param name="LogAppendTime">Unix milliseconds under LogAppendTime, else -1.</param>
internal readonly record struct AppendResult(ErrorCode Error, long BaseOffset, long LogAppendTime)
{
    public static AppendResult Refused(ErrorCode error) => new(error, -1, -1);
}

/// <summary>A partition: segments in offset order, of which the last is written.</summary>
/// <remarks>
/// An append returns after write(2), so what it acknowledges survives the end of the process, not that of the machine.
/// Appends take turns on one lock; reads take none and see only what was written whole.
/// </remarks>
internal sealed class PartitionLog : IDisposable
{
    private readonly string _directory;
    private readonly Func<TopicConfig> _config;
    private readonly TimeProvider _clock;

    // Write side.
    private readonly Lock _appending = new();
    private readonly ProducerStates _producers = new();
    private readonly Lock _waiting = new();
    private readonly List<AppendWaiter> _waiters = [];

    // Both sides: replaced whole, never changed.
    private Segment[] _segments = [];
    private long _endOffset;
    private int _waiterCount;
    private bool _closed;

    /// <summary>Opens the partition in <paramref name="directory"/>, creating it if it is not there, and recovers its segments.</summary>
    public PartitionLog(string directory, Func<TopicConfig> config, TimeProvider clock, ILogger logger)
    {
        _directory = directory;
        _config = config;
        _clock = clock;
        Directory.CreateDirectory(directory);
        Recover(logger);
    }

    /// <summary>Offset of the first record kept.</summary>
    public long StartOffset => Volatile.Read(ref _segments)[0].BaseOffset;

    /// <summary>Offset the next record gets; with one replica also the high watermark.</summary>
    public long EndOffset => Volatile.Read(ref _endOffset);

    /// <summary>Bytes of all segments.</summary>
    public long SizeInBytes => Volatile.Read(ref _segments).Sum(static segment => segment.Length);

    /// <summary>
    /// Appends one checked batch, stamping offset and append time into it. Safe to call from any thread.
    /// </summary>
    public AppendResult Append(Span<byte> batch, in BatchHeader sent)
    {
        var config = _config();
        AppendResult result;
        lock (_appending)
        {
            if (_closed)
                return AppendResult.Refused(ErrorCode.UnknownTopicOrPartition);

            var (error, duplicateOffset, duplicateTimestamp) = _producers.Check(sent);
            if (error != ErrorCode.None)
                return AppendResult.Refused(error);
            if (duplicateOffset is { } first)
                return new AppendResult(ErrorCode.None, first, config.IsLogAppendTime ? duplicateTimestamp : -1);

            var now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
            long? appendTime = config.IsLogAppendTime ? now : null;
            BatchHeader.Stamp(batch, _endOffset, appendTime);
            var header = sent with { BaseOffset = _endOffset, MaxTimestamp = appendTime ?? sent.MaxTimestamp };
            try
            {
                Writable(batch.Length, config).Append(batch, header);
            }
            catch (IOException)
            {
                return AppendResult.Refused(ErrorCode.KafkaStorageError);
            }

            _producers.Note(header, now);
            Volatile.Write(ref _endOffset, header.LastOffset + 1);
            result = new AppendResult(ErrorCode.None, header.BaseOffset, appendTime ?? -1);
        }

        SignalWaiters();
        return result;
    }

    /// <summary>
    /// Finds whole batches from the one that holds <paramref name="offset"/> on, in one segment.
    /// </summary>
    /// <param name="maxBytes">Limit of the slice.</param>
    /// <param name="atLeastOne">Take the first batch even if it is larger than <paramref name="maxBytes"/>, so that a reader gets on.</param>
    /// <returns>A slice, empty at the end of the log; null if the offset is outside the log.</returns>
    public LogSlice? Find(long offset, int maxBytes, bool atLeastOne)
    {
        var end = EndOffset;
        var segments = Volatile.Read(ref _segments);
        if (offset < segments[0].BaseOffset || offset > end)
            return null;

        for (var i = SegmentOf(segments, offset); offset < end && i < segments.Length; i++)
        {
            // A segment of damage alone holds nothing: the next one goes on.
            if (segments[i].FindOffset(offset) is not { } found)
                continue;

            var length = segments[i].WholeBatchesFrom(found.Position, maxBytes);
            if (length == 0 && atLeastOne)
                length = found.Header.SizeInBytes;
            return new LogSlice(segments[i], found.Position, length);
        }

        return LogSlice.Empty;
    }

    /// <summary>
    /// The first batch that ends at or behind <paramref name="from"/> and whose largest timestamp (Unix milliseconds) is at least
    /// <paramref name="timestamp"/>, or null.
    /// </summary>
    public (LogSlice Slice, BatchHeader Header)? FindTimestamp(long timestamp, long from = 0)
    {
        var segments = Volatile.Read(ref _segments);
        for (var i = SegmentOf(segments, from); i < segments.Length; i++)
        {
            if (segments[i].FindTimestamp(timestamp, from) is { } found)
                return (new LogSlice(segments[i], found.Position, found.Header.SizeInBytes), found.Header);
        }

        return null;
    }

    /// <summary>Largest timestamp of the log in Unix milliseconds, -1 when empty.</summary>
    public long MaxTimestamp => Volatile.Read(ref _segments).Max(static segment => segment.MaxTimestamp);

    /// <summary>Deletes whole segments that are past retention.ms or retention.bytes. Returns how many.</summary>
    public int ApplyRetention()
    {
        var config = _config();
        if (!config.IsDeleted)
            return 0;

        var expired = new List<Segment>();
        lock (_appending)
        {
            if (_closed)
                return 0;

            var oldest = config.RetentionMs < 0 ? -1 : _clock.GetUtcNow().ToUnixTimeMilliseconds() - config.RetentionMs;
            var size = SizeInBytes;
            while (IsPastRetention(_segments[0], size, oldest, config.RetentionBytes))
            {
                // The written segment is closed first, so that there is always one, and it carries the end offset in its name.
                if (_segments.Length == 1)
                    Roll();
                expired.Add(_segments[0]);
                size -= _segments[0].Length;
                Volatile.Write(ref _segments, _segments[1..]);
            }
        }

        foreach (var segment in expired)
        {
            File.Delete(segment.Path);
            segment.Dispose();
        }

        return expired.Count;
    }

    /// <summary>Has <paramref name="waiter"/> told of every append until it is removed.</summary>
    public void Subscribe(AppendWaiter waiter)
    {
        lock (_waiting)
        {
            _waiters.Add(waiter);
            Volatile.Write(ref _waiterCount, _waiters.Count);
        }
    }

    public void Unsubscribe(AppendWaiter waiter)
    {
        lock (_waiting)
        {
            _waiters.Remove(waiter);
            Volatile.Write(ref _waiterCount, _waiters.Count);
        }
    }

    /// <summary>Ends the log; appends are refused, waiting readers wake. Its files stay.</summary>
    public void Dispose()
    {
        lock (_appending)
        {
            if (_closed)
                return;

            _closed = true;
            foreach (var segment in _segments)
                segment.Dispose();
        }

        SignalWaiters();
    }

    private static bool IsPastRetention(Segment segment, long logBytes, long oldestMs, long retentionBytes) =>
        segment.Length > 0
        && (segment.MaxTimestamp < oldestMs || (retentionBytes >= 0 && logBytes - segment.Length >= retentionBytes));

    private static int SegmentOf(Segment[] segments, long offset)
    {
        var i = segments.Length - 1;
        while (i > 0 && segments[i].BaseOffset > offset)
            i--;
        return i;
    }

    private Segment Writable(int bytes, TopicConfig config)
    {
        var last = _segments[^1];
        if (last.Length > 0 && last.Length + bytes > config.SegmentBytes)
            Roll();
        return _segments[^1];
    }

    private void Roll() => Volatile.Write(ref _segments, [.. _segments, Segment.Open(_directory, _endOffset)]);

    private void SignalWaiters()
    {
        if (Volatile.Read(ref _waiterCount) == 0)
            return;

        lock (_waiting)
        {
            foreach (var waiter in _waiters)
                waiter.Signal();
        }
    }

    private void Recover(ILogger logger)
    {
        var offsets = Directory.EnumerateFiles(_directory, "*.log")
            .Select(static path => long.Parse(Path.GetFileNameWithoutExtension(path)))
            .Order()
            .ToList();
        var now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var baseOffset in offsets)
        {
            var segment = Segment.Open(_directory, baseOffset);
            _endOffset = SegmentRecovery.Recover(
                segment, Math.Max(baseOffset, _endOffset), baseOffset == offsets[^1], header => _producers.Note(header, now), logger);
            _segments = [.. _segments, segment];
        }

        if (_segments.Length == 0)
            Roll();
    }
}
