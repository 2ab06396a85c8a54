using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TrackHub.Ingest.Listening;

namespace TrackHub.Ingest.Spooling;

/// <summary>What waits in the spool.</summary>
/// <param name="Records">Records that are not in the log yet.</param>
/// <param name="Bytes">Bytes of the files that hold them.</param>
/// <param name="Oldest">When the oldest came; null if none waits.</param>
internal readonly record struct SpoolState(long Records, long Bytes, DateTimeOffset? Oldest);

/// <summary>
/// Keeps records on the local disk while the log does not answer: sealed, bounded, and durable when an append completes. All that wait for the disk at a time
/// share one fsync. Files are drained in order and deleted once all of them is in the log. Singleton, thread-safe.
/// </summary>
/// <remarks>A file's name is durable with its content where fsync of a new file reaches its folder too: ext4, xfs, btrfs.</remarks>
internal sealed partial class Spool : IAsyncDisposable
{
    /// <summary>A segment that has grown to this is followed by another; so much is at most read again after a crash.</summary>
    public const long SegmentBytes = 4 << 20;

    // A disk that hangs must not hang the sender; one that is slow is better waited for than refused, gateways wait for five seconds and more.
    private static readonly TimeSpan CommitLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RefusalCounts = TimeSpan.FromSeconds(10);

    private readonly SpoolQueue _queue;
    private readonly Channel<bool> _arrived = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly SpoolFolder _folder;
    private readonly long _maxBytes;
    private readonly IngestMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    // Behind the gate: the files, the one that takes records, and the same while it is written to.
    private readonly Lock _gate = new();
    private readonly LinkedList<SpoolSegment> _segments = new();
    private SpoolSegment? _active;
    private SpoolSegment? _writing;

    private long _bytes;
    private long _records;
    private long _oldestMs;
    private long _refusedAt = long.MinValue;

    /// <summary>Makes it; nothing is touched before <see cref="Open"/>.</summary>
    public Spool(IOptions<IngestOptions> options, IngestMetrics metrics, TimeProvider clock, ILogger<Spool> logger)
    {
        (_metrics, _clock, _logger, _maxBytes) = (metrics, clock, logger, options.Value.SpoolMaxBytes);
        _folder = new(options.Value.SpoolDirectory, clock, logger);
        _queue = new(Commit, TryDisk);
        LogAbsence = new(options.Value.AckTimeout, clock);
    }

    /// <summary>Whether there is a spool at all.</summary>
    public bool IsOn => _folder.IsGiven;

    /// <summary>Whether the log answers, as far as webhooks and drain have found out.</summary>
    public LogAbsence LogAbsence { get; }

    /// <summary>Whether appends find room: none was refused in the last seconds. Then it is worth another try, for nobody else would find out.</summary>
    public bool HasRoom => Interlocked.Read(ref _refusedAt) is var at && (at is long.MinValue || _clock.GetElapsedTime(at) > RefusalCounts);

    /// <summary>What waits.</summary>
    public SpoolState State => Interlocked.Read(ref _records) is > 0 and var records
        ? new(records, Interlocked.Read(ref _bytes), DateTimeOffset.FromUnixTimeMilliseconds(Interlocked.Read(ref _oldestMs)))
        : new(0, Interlocked.Read(ref _bytes), null);

    /// <summary>Takes possession of the folder and of what a former life left in it.</summary>
    /// <exception cref="IOException">The folder cannot be used, or another process uses it.</exception>
    public void Open()
    {
        if (!IsOn)
            return;

        _folder.Take();
        foreach (var (segment, entries) in _folder.Recover())
        {
            if (_records is 0 && entries.Count > 0)
                _oldestMs = entries[0].ReceivedAt.ToUnixTimeMilliseconds();
            _records += entries.Count;
            _bytes += segment.RecordBytes;
            _segments.AddLast(segment);
        }

        if (State is { Records: > 0 } state)
        {
            Recovered(_logger, state.Records, state.Bytes);
            LogAbsence.Begin();   // as it was when they came; the drain is about to ask
            _arrived.Writer.TryWrite(true);
        }

        _metrics.WatchSpool(() => State, _clock);
        _queue.Start();
    }

    /// <summary>Appends records, all or none.</summary>
    /// <returns>True once they are durable; false if there is no room or the disk does not take them.</returns>
    public async ValueTask<bool> AppendAsync(IReadOnlyList<SpoolEntry> entries)
    {
        if (!IsOn)
            return false;

        var waiting = new SpoolAppend(entries);
        if (waiting.Bytes > SpoolFrames.MaxPayload || Interlocked.Add(ref _bytes, waiting.Bytes) > _maxBytes)
            return Refuse("full", waiting.Bytes);
        if (!_queue.TryAdd(waiting))
            return Refuse("queue_full", waiting.Bytes);

        if (await IsDurableAsync(waiting) is not { } durable)
            return Refuse("slow", bytes: 0);   // it may become durable all the same, and is absorbed then
        if (durable)
            Interlocked.Exchange(ref _refusedAt, long.MinValue);
        return durable || Refuse("disk", bytes: 0);
    }

    /// <summary>Whether an append of so many bytes would become durable just now. The disk is tried with them; all that ask at a time share one trial.</summary>
    public async ValueTask<bool> TryAsync(int bytes)
    {
        var trial = new SpoolAppend(bytes);
        return IsOn && Interlocked.Read(ref _bytes) + bytes <= _maxBytes && _queue.TryAdd(trial) && await IsDurableAsync(trial) is true;
    }

    /// <summary>Completes when there may be something to drain.</summary>
    public async Task HasArrivedAsync(CancellationToken stoppingToken) => await _arrived.Reader.ReadAsync(stoppingToken);

    /// <summary>The file to drain first, or null.</summary>
    public SpoolSegment? First()
    {
        lock (_gate)
            return _segments.First?.Value;
    }

    /// <summary>The log has a file's records up to there.</summary>
    /// <param name="segment">The file.</param>
    /// <param name="end">Up to where.</param>
    /// <param name="records">How many that were.</param>
    /// <param name="newest">When the last of them came: no older one is left.</param>
    public void Drained(SpoolSegment segment, long end, int records, DateTimeOffset newest)
    {
        segment.Advance(end);
        Interlocked.Exchange(ref _oldestMs, newest.ToUnixTimeMilliseconds());
        Interlocked.Add(ref _records, -records);
    }

    /// <summary>Deletes a file if all of it is in the log; keeps a damaged one under another name.</summary>
    /// <returns>False if there is more in it by now, or soon: <see cref="HasArrivedAsync"/> tells when.</returns>
    public bool TryRetire(SpoolSegment segment)
    {
        lock (_gate)
        {
            if (segment == _writing || segment.Position < segment.End)
                return false;

            _segments.Remove(segment);
            if (_active == segment)
                _active = null;
            if (_segments.Count is 0)
                Interlocked.Exchange(ref _records, 0);   // a damaged file ends before all of its records were told
        }

        Interlocked.Add(ref _bytes, -segment.RecordBytes);
        Interlocked.Exchange(ref _refusedAt, long.MinValue);
        SpoolFolder.Discard(segment);
        return true;
    }

    /// <summary>Makes durable what still waits, and lets go of the folder.</summary>
    public async ValueTask DisposeAsync()
    {
        await _queue.DisposeAsync();
        lock (_gate)
        {
            foreach (var segment in _segments)
                segment.Dispose();
            _segments.Clear();
            _active = null;
        }

        _folder.Dispose();
    }

    // Null if the disk takes too long.
    private static async ValueTask<bool?> IsDurableAsync(SpoolAppend append)
    {
        try
        {
            return await append.Durable.Task.WaitAsync(CommitLimit);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private bool Refuse(string reason, int bytes)
    {
        Interlocked.Add(ref _bytes, -bytes);
        _metrics.SpoolRefused(reason);
        Interlocked.Exchange(ref _refusedAt, _clock.GetTimestamp());
        return false;
    }

    private bool Commit(IReadOnlyList<SpoolAppend> batch, ReadOnlyMemory<byte> frames)
    {
        var started = _clock.GetTimestamp();
        var records = batch.Sum(static waiting => waiting.Records);
        try
        {
            Append(frames.Span, records, batch[0].Oldest);
            _metrics.Spooled(records, _clock.GetElapsedTime(started));
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Interlocked.Add(ref _bytes, -frames.Length);
            DiskFault(_logger, fault.GetType().Name, fault.HResult);
            return false;
        }
        finally
        {
            _arrived.Writer.TryWrite(true);   // after a fault too: a file may be free to go now
        }
    }

    private bool TryDisk(int bytes)
    {
        try
        {
            _folder.Try(bytes);
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            DiskFault(_logger, fault.GetType().Name, fault.HResult);
            return false;
        }
    }

    // Not under the gate: the drain would wait for the disk with it.
    private void Append(ReadOnlySpan<byte> frames, int records, DateTimeOffset oldest)
    {
        var isWritten = false;
        try
        {
            lock (_gate)
                _writing = _active is { } open && open.End < SegmentBytes ? open : Roll();
            _writing.Append(frames);
            isWritten = true;
        }
        finally
        {
            lock (_gate)
            {
                _writing = null;
                if (!isWritten)
                    _active = null;   // after a failed fsync nobody knows what the file holds beyond its end
                else if (Interlocked.Add(ref _records, records) == records)
                    Interlocked.Exchange(ref _oldestMs, oldest.ToUnixTimeMilliseconds());
            }
        }
    }

    private SpoolSegment Roll() => _segments.AddLast(_active = _folder.NewSegment()).Value;

    [LoggerMessage(2121, LogLevel.Warning, "{Records} records ({Bytes} bytes) wait in the spool since before this start")]
    private static partial void Recovered(ILogger logger, long records, long bytes);

    [LoggerMessage(2123, LogLevel.Error, "The spool's disk does not take records ({Fault}, {Code}): webhooks are refused while the log is away too")]
    private static partial void DiskFault(ILogger logger, string fault, int code);
}
