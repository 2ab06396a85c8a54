using System.Buffers;
using System.Globalization;
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
internal sealed partial class Spool(IOptions<IngestOptions> options, IngestMetrics metrics, TimeProvider clock, ILogger<Spool> logger) : IAsyncDisposable
{
    /// <summary>A segment that has grown to this is followed by another; so much is at most read again after a crash.</summary>
    private const long SegmentBytes = 4 << 20;

    // Full: refused, as when the disk is. More than any machine commits within the limit below.
    private const int MaxWaiting = 20_000;

    // A disk that hangs must not hang the sender; one that is slow is better waited for than refused, gateways wait for five seconds and more.
    private static readonly TimeSpan CommitLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RefusalCounts = TimeSpan.FromSeconds(10);

    private readonly Channel<Waiting> _waiting = Channel.CreateBounded<Waiting>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly Channel<bool> _arrived = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly string _directory = options.Value.SpoolDirectory;
    private readonly long _maxBytes = options.Value.SpoolMaxBytes;

    // Behind the gate: the files, the one that is written to, its number.
    private readonly Lock _gate = new();
    private readonly LinkedList<SpoolSegment> _segments = new();
    private SpoolSegment? _active;
    private long _number;

    private FileStream? _lock;
    private Task _committing = Task.CompletedTask;
    private long _bytes;
    private long _records;
    private long _oldestMs;
    private TaskCompletionSource _logAway = NewAbsence();
    private long _refusedAt = long.MinValue;

    /// <summary>Whether there is a spool at all.</summary>
    public bool IsOn => _directory.Length > 0;

    /// <summary>Completes when the log is found not to answer; from then on nobody waits for it until the drain's next record is in.</summary>
    public Task LogAway => Volatile.Read(ref _logAway).Task;

    /// <summary>Whether the log is known not to answer.</summary>
    public bool LogIsAway => LogAway.IsCompleted;

    /// <summary>Whether appends find room: none was refused in the last seconds. Then it is worth another try, for nobody else would find out.</summary>
    public bool HasRoom => Interlocked.Read(ref _refusedAt) is var at && (at is long.MinValue || clock.GetElapsedTime(at) > RefusalCounts);

    /// <summary>What waits.</summary>
    public SpoolState State => Interlocked.Read(ref _records) is > 0 and var records
        ? new(records, Interlocked.Read(ref _bytes), DateTimeOffset.FromUnixTimeMilliseconds(Interlocked.Read(ref _oldestMs)))
        : new(0, Interlocked.Read(ref _bytes), null);

    /// <summary>Somebody waited for the log in vain.</summary>
    public void LogWentAway() => Volatile.Read(ref _logAway).TrySetResult();

    /// <summary>The log answers, or there is nothing in the spool to ask it with.</summary>
    public void LogAnswers()
    {
        if (LogIsAway)
            Volatile.Write(ref _logAway, NewAbsence());
    }

    /// <summary>Takes possession of the folder and of what a former life left in it.</summary>
    /// <exception cref="IOException">The folder cannot be used, or another process uses it.</exception>
    public void Open()
    {
        if (!IsOn)
            return;

        var folder = Directory.CreateDirectory(_directory);
        if (!OperatingSystem.IsWindows())
            folder.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        try
        {
            _lock = new(Path.Combine(_directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault)
        {
            throw new IOException($"The spool in {_directory} is another process's. Remedy: give each ingress its own Ingest:SpoolDirectory.", fault);
        }

        Try();
        foreach (var path in Directory.EnumerateFiles(_directory, "*.spool").Order(StringComparer.Ordinal))
            Recover(path);
        if (State is { Records: > 0 } state)
        {
            Recovered(logger, state.Records, state.Bytes);
            LogWentAway();   // as it was when they came; the drain is about to ask
            _arrived.Writer.TryWrite(true);
        }

        metrics.WatchSpool(() => State, clock);
        _committing = Task.Run(CommitAsync);
    }

    /// <summary>Appends records, all or none.</summary>
    /// <returns>True once they are durable; false if there is no room or the disk does not take them.</returns>
    public async ValueTask<bool> AppendAsync(IReadOnlyList<SpoolEntry> entries)
    {
        if (!IsOn)
            return false;

        var waiting = new Waiting(entries);
        if (waiting.Frames.WrittenCount > SpoolFrames.MaxPayload || Interlocked.Add(ref _bytes, waiting.Frames.WrittenCount) > _maxBytes)
            return Refuse("full", waiting.Frames.WrittenCount);
        if (!_waiting.Writer.TryWrite(waiting))
            return Refuse("queue_full", waiting.Frames.WrittenCount);

        bool durable;
        try
        {
            durable = await waiting.Durable.Task.WaitAsync(CommitLimit);
        }
        catch (TimeoutException)
        {
            // It may become durable all the same, and is absorbed then.
            return Refuse("slow", bytes: 0);
        }

        if (!durable)
            return Refuse("disk", bytes: 0);
        Interlocked.Exchange(ref _refusedAt, long.MinValue);
        return true;
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
    /// <returns>False if there is more in it by now.</returns>
    public bool TryRetire(SpoolSegment segment)
    {
        lock (_gate)
        {
            if (segment.Position < segment.End)
                return false;

            _segments.Remove(segment);
            if (_active == segment)
                _active = null;
            if (_segments.Count is 0)
                Interlocked.Exchange(ref _records, 0);   // a damaged file ends before all of its records were told
        }

        Interlocked.Add(ref _bytes, -segment.RecordBytes);
        Interlocked.Exchange(ref _refusedAt, long.MinValue);
        segment.Dispose();
        if (segment.IsDamaged)
            File.Move(segment.Path, segment.Path + ".damaged", overwrite: true);
        else
            File.Delete(segment.Path);
        return true;
    }

    /// <summary>Makes durable what still waits, and lets go of the folder.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _committing;
        lock (_gate)
        {
            foreach (var segment in _segments)
                segment.Dispose();
            _segments.Clear();
            _active = null;
        }

        if (_lock is not null)
            await _lock.DisposeAsync();
    }

    private static TaskCompletionSource NewAbsence() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The disk is tried before it is needed; and the first webhook of an absence, which has waited already, does not find code that has never run.
    private void Try()
    {
        var path = Path.Combine(_directory, "trial");
        File.Delete(path);
        try
        {
            using var segment = SpoolSegment.Create(path);
            var frames = new ArrayBufferWriter<byte>();
            SpoolFrames.Write(frames, new SpoolEntry("", clock.GetUtcNow(), new() { KeyId = "", Box = [0] }).ToBytes());
            segment.Append(frames.WrittenSpan);
            segment.ReadOn();
        }
        finally
        {
            File.Delete(path);
        }
    }

    private void Recover(string path)
    {
        _number = Math.Max(_number, long.Parse(Path.GetFileNameWithoutExtension(path), CultureInfo.InvariantCulture));
        if (SpoolSegment.Recover(path, out var entries) is not { } segment)
        {
            // It died while it made the file, before anything was in it.
            File.Move(path, path + ".damaged", overwrite: true);
            Damaged(logger, path);
            return;
        }

        if (segment.IsDamaged)
            Damaged(logger, path);
        if (_records is 0 && entries.Count > 0)
            _oldestMs = entries[0].ReceivedAt.ToUnixTimeMilliseconds();
        _records += entries.Count;
        _bytes += segment.RecordBytes;
        _segments.AddLast(segment);
    }

    private bool Refuse(string reason, int bytes)
    {
        Interlocked.Add(ref _bytes, -bytes);
        metrics.SpoolRefused(reason);
        Interlocked.Exchange(ref _refusedAt, clock.GetTimestamp());
        return false;
    }

    // All that came while the disk was busy goes in one write and one fsync.
    private async Task CommitAsync()
    {
        var batch = new List<Waiting>();
        var frames = new ArrayBufferWriter<byte>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            while (frames.WrittenCount < SegmentBytes && _waiting.Reader.TryRead(out var waiting))
            {
                batch.Add(waiting);
                frames.Write(waiting.Frames.WrittenSpan);
            }

            var durable = Commit(batch, frames.WrittenSpan);
            if (!durable)
                Interlocked.Add(ref _bytes, -frames.WrittenCount);
            foreach (var waiting in batch)
                waiting.Durable.SetResult(durable);
            batch.Clear();
            frames.ResetWrittenCount();
        }
    }

    private bool Commit(List<Waiting> batch, ReadOnlySpan<byte> frames)
    {
        var started = clock.GetTimestamp();
        var records = batch.Sum(static waiting => waiting.Records);
        try
        {
            lock (_gate)
            {
                var segment = _active is { } open && open.End < SegmentBytes ? open : Roll();
                segment.Append(frames);
                if (Interlocked.Add(ref _records, records) == records)
                    Interlocked.Exchange(ref _oldestMs, batch[0].Oldest.ToUnixTimeMilliseconds());
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            lock (_gate)
                _active = null;   // after a failed fsync nobody knows what the file holds beyond its end
            DiskFault(logger, fault.GetType().Name, fault.HResult);
            return false;
        }

        metrics.Spooled(records, clock.GetElapsedTime(started));
        _arrived.Writer.TryWrite(true);
        return true;
    }

    private SpoolSegment Roll()
    {
        _active = SpoolSegment.Create(Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"{++_number:D16}.spool")));
        _segments.AddLast(_active);
        return _active;
    }

    [LoggerMessage(2121, LogLevel.Warning, "{Records} records ({Bytes} bytes) wait in the spool since before this start")]
    private static partial void Recovered(ILogger logger, long records, long bytes);

    [LoggerMessage(2122, LogLevel.Error, "{Path} ends in bytes that were never acknowledged, or its disk is damaged: what is whole is drained, the file then kept as .damaged")]
    private static partial void Damaged(ILogger logger, string path);

    [LoggerMessage(2123, LogLevel.Error, "The spool's disk does not take records ({Fault}, {Code}): webhooks are refused while the log is away too")]
    private static partial void DiskFault(ILogger logger, string fault, int code);

    private sealed class Waiting
    {
        public Waiting(IReadOnlyList<SpoolEntry> entries)
        {
            (Records, Oldest) = (entries.Count, entries[0].ReceivedAt);
            foreach (var entry in entries)
                SpoolFrames.Write(Frames, entry.ToBytes());
        }

        public int Records { get; }

        public DateTimeOffset Oldest { get; }

        public ArrayBufferWriter<byte> Frames { get; } = new();

        public TaskCompletionSource<bool> Durable { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
