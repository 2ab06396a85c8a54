using Microsoft.Extensions.Logging;
using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Compaction;

/// <summary>
/// Compacts the partitions of topics with cleanup.policy=compact, one at a time and the one with the largest dirty share first, when its
/// settings say so or tombstones in it are due.
/// </summary>
internal sealed partial class CompactionSweep : IAsyncDisposable
{
    private readonly TopicStore _topics;
    private readonly LogCleaner _cleaner;
    private readonly BrokerMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly CautiousClock _believed;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;

    private sealed record Candidate(Topic Topic, int Partition, PartitionLog Log, DirtyRange Range);

    public CompactionSweep(
        TopicStore topics, LocalKafkaOptions options, BrokerMetrics metrics, CautiousClock believed, TimeProvider clock, ILogger logger)
    {
        _topics = topics;
        _metrics = metrics;
        (_clock, _believed) = (clock, believed);
        _logger = logger;
        _cleaner = new LogCleaner(
            topics.Codecs, options.CompactionBufferBytes / KeyOffsets.BytesPerKey, options.CompactionBytesPerSecond, clock);
        _loop = RunAsync(options.CompactionCheckInterval);
    }

    /// <summary>Stops, giving up a compaction under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        _stopping.Dispose();
    }

    /// <summary>Compacts every partition that is due. One that fails is left for the next time.</summary>
    internal async Task CompactDueAsync(CancellationToken stoppingToken)
    {
        var visited = new HashSet<PartitionLog>();
        var nowMs = _believed.GetUtcNow().ToUnixTimeMilliseconds();
        while (NextDue(visited, nowMs) is { } due)
        {
            visited.Add(due.Log);
            try
            {
                await CompactAsync(due, nowMs, stoppingToken);
            }
            catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                Log.Failed(_logger, due.Topic.Name, due.Partition, fault);
            }
        }
    }

    private async Task RunAsync(TimeSpan interval)
    {
        using var timer = new PeriodicTimer(interval, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
                await CompactDueAsync(_stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The broker stops.
        }
    }

    private Candidate? NextDue(HashSet<PartitionLog> visited, long nowMs)
    {
        Candidate? filthiest = null;
        foreach (var topic in _topics.Topics.Where(static topic => topic.Config.IsCompacted))
        {
            for (var i = 0; i < topic.Partitions.Count; i++)
            {
                var log = topic.Partitions[i];
                if (visited.Contains(log))
                    continue;

                log.RollIfOld();
                var progress = CompactionProgress.Read(log.Directory);
                var range = DirtyRange.Of(SegmentExtent.AllOf(log), progress.FirstDirty, topic.Config, nowMs);
                if ((range.IsDue(topic.Config, nowMs) || progress.NextHorizonMs <= nowMs) && (filthiest is null || range.Ratio > filthiest.Range.Ratio))
                    filthiest = new Candidate(topic, i, log, range);
            }
        }

        return filthiest;
    }

    private async Task CompactAsync(Candidate due, long nowMs, CancellationToken stoppingToken)
    {
        var result = await _cleaner.CompactAsync(due.Log, due.Topic.Config, due.Range, nowMs, stoppingToken);
        _metrics.Compacted(result.BytesBefore, result.BytesAfter);
        Log.Compacted(_logger, due.Topic.Name, due.Partition, due.Range.To, result.Passes, result.BytesBefore, result.BytesAfter);
        if (result.OpaqueBatches > 0)
            Log.OpaqueLeft(_logger, due.Topic.Name, due.Partition, result.OpaqueBatches);
    }

    private static partial class Log
    {
        [LoggerMessage(16, LogLevel.Information,
            "Topic {Topic}, partition {Partition}: compacted up to offset {To} in {Passes} passes; {Before} bytes became {After}")]
        public static partial void Compacted(ILogger logger, string topic, int partition, long to, int passes, long before, long after);

        [LoggerMessage(17, LogLevel.Warning,
            "Topic {Topic}, partition {Partition}: {Batches} batches could not be looked into; they and all tombstones behind them stay")]
        public static partial void OpaqueLeft(ILogger logger, string topic, int partition, int batches);

        [LoggerMessage(18, LogLevel.Error, "Topic {Topic}, partition {Partition}: compaction failed; it is tried again")]
        public static partial void Failed(ILogger logger, string topic, int partition, Exception fault);
    }
}
