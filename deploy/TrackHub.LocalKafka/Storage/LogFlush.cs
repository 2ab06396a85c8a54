using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Storage;

/// <summary>
/// Forces one partition to the disk: before each ack under <see cref="Hosting.FsyncMode.Batch"/>, else as its topic's flush.messages and
/// flush.ms say. Under the former it also keeps from readers what is not on the disk yet.
/// </summary>
/// <remarks>Thread-safe; <see cref="Note"/> under the partition's append lock.</remarks>
internal sealed class LogFlush : IDisposable
{
    private readonly string _directory;
    private readonly StorageSettings _settings;
    private readonly TimeProvider _clock;
    private readonly Action _onVisible;
    private readonly GroupCommit _commit;

    private readonly Lock _noting = new();
    private readonly List<(Segment Segment, long Length)> _dirty = [];
    private bool _hasNewNames;
    private long _writtenEnd;
    private long _unflushedRecords;
    private ITimer? _timer;
    private bool _isTimerSet;

    private long _visibleEnd;
    private long _awaitedEnd;   // acks of what lies before this wait for a flush
    private long _flushedEnd;

    /// <param name="onVisible">Called when readers see more than before, from any thread.</param>
    public LogFlush(string directory, StorageSettings settings, TimeProvider clock, DamageReport report, Action onVisible)
    {
        _directory = directory;
        _settings = settings;
        _clock = clock;
        _onVisible = onVisible;
        _commit = new GroupCommit(settings.Flushes, Flush, report.FlushFailed);
    }

    /// <summary>The offset that readers see as the end of the log.</summary>
    public long VisibleEnd => Volatile.Read(ref _visibleEnd);

    /// <summary>A flush failed: no append may be acknowledged any more.</summary>
    public bool HasFailed => _commit.HasFailed;

    /// <summary>Takes over a log as it was opened: all of it is visible.</summary>
    public void Start(long endOffset) => _visibleEnd = _writtenEnd = _flushedEnd = endOffset;

    /// <summary>Files were created or renamed in the partition's folder.</summary>
    public void NoteNames()
    {
        lock (_noting)
            _hasNewNames = true;
    }

    /// <summary>Takes note of an append. True if readers see it now; else they do after a flush.</summary>
    public bool Note(Segment segment, long endOffset, int records, TopicConfig config)
    {
        if (!_settings.IsForced)
        {
            // The end first: a reader that sees the batch may ask for what follows it at once.
            Volatile.Write(ref _visibleEnd, endOffset);
            segment.Publish(segment.Length);
            if (!config.IsFlushed)
                return true;
        }

        lock (_noting)
        {
            _writtenEnd = endOffset;
            _unflushedRecords += records;
            if (_dirty.Count > 0 && _dirty[^1].Segment == segment)
                _dirty.RemoveAt(_dirty.Count - 1);
            _dirty.Add((segment, segment.Length));
            if (_settings.IsForced || _unflushedRecords >= config.FlushMessages)
                Volatile.Write(ref _awaitedEnd, endOffset);
            else if (!_isTimerSet && config.FlushMs < long.MaxValue)
                SetTimer(config.FlushMs);
        }

        return !_settings.IsForced;
    }

    /// <summary>The batch appended at <paramref name="baseOffset"/> may be acknowledged.</summary>
    public bool IsReady(long baseOffset) =>
        baseOffset >= Volatile.Read(ref _awaitedEnd) || baseOffset < Volatile.Read(ref _flushedEnd);

    /// <summary>Completes when the batch appended at <paramref name="baseOffset"/> may be acknowledged.</summary>
    /// <returns>None, or KAFKA_STORAGE_ERROR: it may not be on the disk.</returns>
    public ValueTask<ErrorCode> WaitAsync(long baseOffset) =>
        IsReady(baseOffset)
            ? new ValueTask<ErrorCode>(ErrorCode.None)
            : new ValueTask<ErrorCode>(WaitAsync());

    /// <summary>Has what was appended flushed although nobody waits for it.</summary>
    public void Request() => _ = _commit.FlushAsync();

    /// <summary>
    /// Under <see cref="Hosting.FsyncMode.Batch"/> forces everything to the disk on the calling thread. False if that, or an earlier flush,
    /// failed.
    /// </summary>
    public bool TryForce() => _settings.IsForced ? _commit.TryFlushNow() : !_commit.HasFailed;

    public void Dispose()
    {
        lock (_noting)
            _timer?.Dispose();
    }

    private async Task<ErrorCode> WaitAsync() => await _commit.FlushAsync() ? ErrorCode.None : ErrorCode.KafkaStorageError;

    private void SetTimer(long milliseconds)
    {
        _isTimerSet = true;
        _timer ??= _clock.CreateTimer(static flush => ((LogFlush)flush!).Request(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(TimeSpan.FromMilliseconds(Math.Min(milliseconds, int.MaxValue)), Timeout.InfiniteTimeSpan);
    }

    private void Flush()
    {
        (Segment Segment, long Length)[] dirty;
        bool hasNewNames;
        long end;
        lock (_noting)
        {
            dirty = [.. _dirty];
            (hasNewNames, end) = (_hasNewNames, _writtenEnd);
            _dirty.Clear();
            (_hasNewNames, _unflushedRecords, _isTimerSet) = (false, 0, false);
        }

        foreach (var (segment, _) in dirty)
            FlushUnlessClosed(segment);
        if (hasNewNames)
            _settings.Disk.FlushDirectory(_directory);

        Volatile.Write(ref _flushedEnd, Math.Max(end, _flushedEnd));
        if (!_settings.IsForced)
            return;

        Volatile.Write(ref _visibleEnd, end);
        foreach (var (segment, length) in dirty)
            segment.Publish(length);
        _onVisible();
    }

    private static void FlushUnlessClosed(Segment segment)
    {
        try
        {
            segment.Flush();
        }
        catch (ObjectDisposedException)
        {
            // Retention or the topic's deletion took it: nobody needs it on the disk.
        }
    }
}
