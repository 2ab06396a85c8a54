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

    /// <summary>Paused by the role.</summary>
    public bool Held { get; set; }

    /// <summary>Its start offset is not known yet: what arrives is not meant for us.</summary>
    public bool Starting { get; set; }

    /// <summary>On its way out, or gone: nothing more is taken.</summary>
    public bool Leaving { get; set; }

    /// <summary>Gone: nothing more is stored.</summary>
    public bool Gone { get; set; }

    /// <summary>Paused at the client library.</summary>
    public bool PausedAtBroker { get; set; }

    /// <summary>Offset behind the last buffered record, or -1.</summary>
    public long Position { get; set; } = -1;

    public int Takeable => Held || Leaving ? 0 : Ready.Count;

    public int Blocked => Waiting.Count + (Held ? Ready.Count : 0);
}
