using TrackHub.Schemas;

namespace TrackHub.Platform.Streams;

/// <summary>One assigned partition: what is buffered of it, and what of it is at work. Guarded by its <see cref="RecordBuffer"/>.</summary>
/// <remarks>A new assignment makes a new object, so that records of an earlier one are known as such.</remarks>
internal sealed class OwnedPartition(TopicDefinition topic, int number)
{
    public TopicDefinition Topic { get; } = topic;

    public int Number { get; } = number;

    /// <summary>May be taken now.</summary>
    public Queue<StreamRecord> Ready { get; set; } = new();

    /// <summary>Wait for their time, by the clock's timestamps; the head is always due first.</summary>
    public Queue<(StreamRecord Record, long Due)> Waiting { get; } = new();

    public OffsetPrefix Taken { get; } = new();

    /// <summary>What is to be stored when the completion at hand ends; null outside of one.</summary>
    public (long Offset, int? Epoch)? Grown { get; set; }

    /// <summary>Paused by the role.</summary>
    public bool Held { get; set; }

    /// <summary>On its way out, or gone: nothing more is taken.</summary>
    public bool Leaving { get; set; }

    /// <summary>Gone: nothing more is stored.</summary>
    public bool Gone { get; set; }

    /// <summary>Paused at the client library.</summary>
    public bool PausedAtBroker { get; set; }

    /// <summary>Offset behind the last buffered record, or -1.</summary>
    public long Position { get; set; } = -1;

    /// <summary>Records a batch may take now.</summary>
    public int Takeable => Held || Leaving ? 0 : Ready.Count;

    /// <summary>Records that wait for their time or for the role.</summary>
    public int Blocked => Waiting.Count + (Held ? Ready.Count : 0);

    /// <summary>Timestamp at which a delayed record may be taken.</summary>
    public static long DueAt(StreamRecord record, TopicDefinition topic, TimeProvider clock)
    {
#pragma warning disable CA5394 // The jitter spreads retries; nobody gains from guessing it.
        var full = topic.Delay!.Value * (1 + (topic.Jitter * Random.Shared.NextDouble()));
#pragma warning restore CA5394

        // Never longer than the full delay from now, whatever the difference between the broker's clock and ours.
        var left = record.Timestamp + full - clock.GetUtcNow();
        var wait = left < full ? left : full;
        return clock.GetTimestamp() + (long)(wait.TotalSeconds * clock.TimestampFrequency);
    }
}
