using Microsoft.Extensions.Logging;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Storage;

/// <summary>A partition: segments in offset order, of which the last is written.</summary>
/// <remarks>
/// An append returns after write(2), so what it acknowledges survives the end of the process; <see cref="DurableAsync"/> waits for what
/// its topic or the broker want beyond that. Appends take turns on one lock; reads take none and see only what was written whole.
/// What changes the list of segments apart from appends takes turns on a second lock, held around the first: PartitionLog.Maintenance.cs.
/// </remarks>
internal sealed partial class PartitionLog : IDisposable
{
    private readonly string _directory;
    private readonly Func<TopicConfig> _config;
    private readonly TimeProvider _clock;
    private readonly StorageSettings _settings;
    private readonly DamageReport _report;
    private readonly AppendWaiters _waiters = new();

    // Write side.
    private readonly Lock _maintaining = new();
    private readonly Lock _appending = new();
    private readonly ProducerStates _producers;
    private readonly LogFlush _flush;
    private long _endOffset;
    private bool _closed;

    // Both sides.
    private readonly LogSegments _segments;
    private long _startOffset;

    /// <summary>Opens the partition in <paramref name="directory"/>, creating it if it is not there, and recovers its segments.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public PartitionLog(string directory, Func<TopicConfig> config, TimeProvider clock, ILogger logger, StorageSettings? settings = null)
    {
        settings ??= StorageSettings.Default;
        _directory = directory;
        _config = config;
        _clock = clock;
        _settings = settings;
        _producers = new ProducerStates(clock);
        _report = new DamageReport(directory, settings.CountDamage, logger);
        _flush = new LogFlush(directory, settings, clock, _report, _waiters.Signal);
        SegmentFiles.CreateDirectory(directory, settings);

        var recovery = new PartitionRecovery(directory, settings, _report, _producers);
        recovery.Run();
        _segments = new LogSegments(directory, settings.Disk, _report, recovery.Segments, NowMs);
        (_endOffset, _startOffset) = (recovery.EndOffset, recovery.StartOffset);
        _flush.Start(_endOffset);
        _flush.NoteNames();
    }

    /// <summary>The partition's folder.</summary>
    public string Directory => _directory;

    /// <summary>Offset of the first record kept.</summary>
    public long StartOffset => Math.Max(Volatile.Read(ref _startOffset), _segments.All[0].BaseOffset);

    /// <summary>Offset behind the last record that readers see; with one replica also the high watermark.</summary>
    public long EndOffset => _flush.VisibleEnd;

    /// <summary>Bytes of all segments.</summary>
    public long SizeInBytes => _segments.All.Sum(static segment => segment.Length);

    /// <summary>Largest timestamp of the log in Unix milliseconds, -1 when empty.</summary>
    public long MaxTimestamp => _segments.All.Max(static segment => segment.MaxTimestamp);

    /// <summary>The segments, oldest first; all but the last are not appended to any more.</summary>
    public IReadOnlyList<Segment> Segments => _segments.All;

    private long NowMs => _clock.GetUtcNow().ToUnixTimeMilliseconds();

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
            if (_flush.HasFailed)
                return AppendResult.Refused(ErrorCode.KafkaStorageError);

            var (error, duplicateOffset, duplicateTimestamp) = _producers.Check(sent);
            if (error != ErrorCode.None)
                return AppendResult.Refused(error);
            if (duplicateOffset is { } first)
                return new AppendResult(ErrorCode.None, first, config.IsLogAppendTime ? duplicateTimestamp : -1);

            var now = NowMs;
            long? appendTime = config.IsLogAppendTime ? now : null;
            BatchHeader.Stamp(batch, _endOffset, appendTime);
            var header = sent with { BaseOffset = _endOffset, MaxTimestamp = appendTime ?? sent.MaxTimestamp };
            try
            {
                if (_segments.IsDueToRoll(header, config, now))
                    Roll(now);
                _segments.Last.Append(batch, header);
            }
            catch (IOException fault)
            {
                _report.AppendRefused(fault);
                return AppendResult.Refused(ErrorCode.KafkaStorageError);
            }

            _report.AppendTaken();
            _producers.Note(header);
            _endOffset = header.LastOffset + 1;
            result = new AppendResult(ErrorCode.None, header.BaseOffset, appendTime ?? -1);
            if (!_flush.Note(_segments.Last, _endOffset, header.RecordCount, config))
            {
                _flush.Request();
                return result;
            }
        }

        _waiters.Signal();
        return result;
    }

    /// <summary>Whether <see cref="DurableAsync"/> has nothing to wait for.</summary>
    public bool IsDurable(long baseOffset) => _flush.IsReady(baseOffset);

    /// <summary>As <see cref="DurableAsync"/> for all that was appended, on the calling thread. False if it may not be on the disk.</summary>
    public bool TryForce() => _flush.TryForce();

    /// <summary>
    /// Completes when the batch that was appended, or sent again, at <paramref name="baseOffset"/> is as durable as topic and broker want.
    /// Without flush.messages and fsync it is at once.
    /// </summary>
    /// <returns>None, or KAFKA_STORAGE_ERROR: it may not be on the disk and must not be acknowledged.</returns>
    public ValueTask<ErrorCode> DurableAsync(long baseOffset) => _flush.WaitAsync(baseOffset);

    /// <summary>
    /// Finds whole batches from the one that holds <paramref name="offset"/> on, in one segment.
    /// </summary>
    /// <param name="maxBytes">Limit of the slice.</param>
    /// <param name="atLeastOne">Take the first batch even if it is larger than <paramref name="maxBytes"/>, so that a reader gets on.</param>
    /// <returns>A slice, empty at the end of the log; null if the offset is outside the log.</returns>
    public LogSlice? Find(long offset, int maxBytes, bool atLeastOne)
    {
        // The end first: what is appended meanwhile is not asked for yet.
        var end = EndOffset;
        return offset < StartOffset || offset > end ? null
            : offset == end ? LogSlice.Empty
            : _segments.Find(offset, maxBytes, atLeastOne);
    }

    /// <summary>
    /// The first batch that ends at or behind <paramref name="from"/> and whose largest timestamp (Unix milliseconds) is at least
    /// <paramref name="timestamp"/>, or null.
    /// </summary>
    public (LogSlice Slice, BatchHeader Header)? FindTimestamp(long timestamp, long from = 0) =>
        _segments.FindTimestamp(timestamp, Math.Max(from, StartOffset));

    /// <summary>Whether a batch of the log is the last of its idempotent producer, whose next sequence number follows from it.</summary>
    public bool IsLastOfProducer(in BatchHeader header)
    {
        lock (_appending)
            return _producers.IsLast(header);
    }

    /// <summary>Has <paramref name="waiter"/> told of every append until it is removed.</summary>
    public void Subscribe(AppendWaiter waiter) => _waiters.Add(waiter);

    public void Unsubscribe(AppendWaiter waiter) => _waiters.Remove(waiter);

    /// <summary>Ends the log; appends are refused, waiting readers wake. Its files stay, with what a start needs in order to read no segment.</summary>
    public void Dispose() => Close(isClean: true);

    /// <summary>Ends the log without that, as the end of the process does: for a topic that is deleted.</summary>
    public void Abandon() => Close(isClean: false);

    private void Roll(long nowMs)
    {
        _segments.Roll(_endOffset, _producers, nowMs);
        _flush.NoteNames();
    }

    private void Close(bool isClean)
    {
        lock (_maintaining)
        {
            lock (_appending)
            {
                if (_closed)
                    return;

                _closed = true;
                if (isClean && _flush.TryForce())
                    _segments.WriteCleanStop(_endOffset, _producers, _settings.IsForced);
                _flush.Dispose();
                _segments.Dispose();
            }
        }

        _waiters.Signal();
    }
}
