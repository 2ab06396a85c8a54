using System.Collections.Concurrent;
using System.Text;
using TrackHub.Ingest.Appending;
using TrackHub.Ingest.Spooling;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Tests.Http;

/// <summary>A log that remembers what was appended, or is away.</summary>
internal sealed class MemoryEventLog : IEventLog
{
    private const long Unknown = -1_001;   // RD_KAFKA_OFFSET_INVALID

    private long _offset;
    private int _asked;

    public bool IsAway { get; set; }

    /// <summary>Answers every append of an event, whenever it completes: a log that is slow. Null for one that answers at once.</summary>
    public TaskCompletionSource<RecordCoordinates?>? Slow { get; set; }

    /// <summary>Whether acknowledgements do not tell the offset, as those of a batch that was sent again and stored long before.</summary>
    public bool ForgetsOffsets { get; set; }

    /// <summary>Appends that were tried.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>What came out of the spool, in its order.</summary>
    public ConcurrentQueue<SpooledRecord> FromSpool { get; } = new();

    public ConcurrentQueue<(string Topic, string Key, TrackedEvent Record)> Events { get; } = new();

    public ConcurrentQueue<(DeadWebhook Letter, EventOutcome Outcome)> Dead { get; } = new();

    public ValueTask<RecordCoordinates> AppendAsync(TopicDefinition topic, Brand brand, ReadOnlySpan<byte> key, Span<byte> value)
    {
        Interlocked.Increment(ref _asked);
        if (IsAway)
            return ValueTask.FromException<RecordCoordinates>(new LogUnavailableException(LogFault.TimedOut, "The log is away."));
        Events.Enqueue((topic.Name, Encoding.UTF8.GetString(key), TrackedEvent.Decode(value[WireFormat.HeaderBytes..])));
        return new(new RecordCoordinates(topic.Name, 3, NextOffset()));
    }

    public ValueTask<RecordCoordinates?> AppendAsync(TopicDefinition topic, string key, TrackedEvent tracked)
    {
        Interlocked.Increment(ref _asked);
        if (Slow is { } slow)
            return new(slow.Task);
        if (IsAway)
            return new((RecordCoordinates?)null);
        Events.Enqueue((topic.Name, key, tracked));
        return new(new RecordCoordinates(topic.Name, 3, NextOffset()));
    }

    public ConcurrentQueue<QuarantinedWebhook> Quarantined { get; } = new();

    public ValueTask<RecordCoordinates?> AppendQuarantinedAsync(QuarantinedWebhook webhook)
    {
        if (IsAway)
            return new((RecordCoordinates?)null);
        Quarantined.Enqueue(webhook);
        return new(new RecordCoordinates(Topics.Quarantine.Name, 1, NextOffset()));
    }

    public ValueTask<RecordCoordinates?> AppendDeadAsync(DeadWebhook webhook, EventOutcome outcome)
    {
        if (IsAway)
            return new((RecordCoordinates?)null);
        Dead.Enqueue((webhook, outcome));
        return new(new RecordCoordinates(Topics.DeadLetters.Name, 1, NextOffset()));
    }

    public Task<bool> AppendSpooledAsync(
        IReadOnlyList<SpooledRecord> records, IReadOnlyDictionary<string, string> schemas, CancellationToken stoppingToken)
    {
        if (IsAway)
            return Task.FromResult(false);
        foreach (var record in records)
            FromSpool.Enqueue(record);
        return Task.FromResult(true);
    }

    private long NextOffset() => ForgetsOffsets ? Unknown : Interlocked.Increment(ref _offset);
}
