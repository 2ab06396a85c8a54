using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;
using TrackHub.LocalKafka.Access;

namespace TrackHub.LocalKafka.Hosting;

/// <summary>Where the broker keeps its log and where it listens. Bound from section <c>LocalKafka</c>.</summary>
public sealed class LocalKafkaOptions : IValidatableObject
{
    /// <summary>Folder of the log, created if missing; one broker at a time may use it. Required.</summary>
    [Required]
    public string DataDirectory { get; set; } = "";

    /// <summary>
    /// Loopback address for the processes of this machine, which are all let in. Default 127.0.0.1. Other machines come in by <see cref="Network"/>.
    /// </summary>
    [Required]
    public string Host { get; set; } = "127.0.0.1";

    /// <summary>Host name that clients are told to connect to. Default: <see cref="Host"/>.</summary>
    public string? AdvertisedHost { get; set; }

    /// <summary>TCP port of the Kafka protocol; 0 takes a free one. Default 8404.</summary>
    [Range(0, 65535)]
    public int Port { get; set; } = 8404;

    /// <summary>HTTP port of the schema registry; 0 takes a free one. Default 8403.</summary>
    [Range(0, 65535)]
    public int RegistryPort { get; set; } = 8403;

    /// <summary>Creates a topic when a client asks for its metadata. Default off: a misspelt name is an error.</summary>
    public bool AutoCreateTopics { get; set; }

    /// <summary>Partitions of a topic created without a number. Default 1.</summary>
    [Range(1, 1000)]
    public int DefaultPartitions { get; set; } = 1;

    /// <summary>Most partitions of one topic; each holds an open file. Default 1000.</summary>
    [Range(1, 10000)]
    public int MaxPartitionsPerTopic { get; set; } = 1000;

    /// <summary>Largest request frame in bytes, as Kafka's socket.request.max.bytes; a larger one closes its connection. Default 100 MiB.</summary>
    [Range(64 * 1024, 1024 * 1024 * 1024)]
    public int MaxRequestBytes { get; set; } = 100 * 1024 * 1024;

    /// <summary>Whether an answer waits until the disk has what it acknowledges. Default off, as Kafka's: it survives the process, not a power cut.</summary>
    [EnumDataType(typeof(FsyncMode))]
    public FsyncMode Fsync { get; set; }

    /// <summary>Most open connections on each address, as Kafka's max.connections; a further one is closed at once. Default 10,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>How long a connection may move no byte before it is closed, as Kafka's connections.max.idle.ms. Default 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan ConnectionsMaxIdle { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Shortest session time-out a group member may ask for. Default 6 s, as Kafka's.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:30:00")]
    public TimeSpan GroupMinSessionTimeout { get; set; } = TimeSpan.FromSeconds(6);

    /// <summary>Most members of one group, as Kafka's group.max.size; more are turned away. Default: no limit, as Kafka's.</summary>
    [Range(1, int.MaxValue)]
    public int GroupMaxSize { get; set; } = int.MaxValue;

    /// <summary>How long a new group waits for more members before its first assignment. Default 0, as in Kafka's development set-up.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan GroupInitialRebalanceDelay { get; set; } = TimeSpan.Zero;

    /// <summary>
    /// How long a group's committed offsets stay when it has no members, as Kafka's offsets.retention.minutes. Default 7 days, as Kafka's.
    /// </summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan OffsetsRetention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Time between looks for offsets past their retention; the first comes that long after the start. Default 10 min, as Kafka's.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00")]
    public TimeSpan OffsetsRetentionCheckInterval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Time between looks for segments past their retention. Default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00")]
    public TimeSpan RetentionCheckInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Time between looks for partitions that are due for compaction. Default 15 s, as Kafka's log.cleaner.backoff.ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00")]
    public TimeSpan CompactionCheckInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Memory for the keys of a compaction in bytes, as Kafka's log.cleaner.dedupe.buffer.size; more keys take more passes. Default 32 MiB:
    /// half a million keys. Taken only while a compaction runs.
    /// </summary>
    [Range(64 * 1024, 1024 * 1024 * 1024)]
    public int CompactionBufferBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>Most bytes a second that compaction reads, so that it leaves the machine to the clients. Default 32 MiB.</summary>
    [Range(1024 * 1024, int.MaxValue)]
    public int CompactionBytesPerSecond { get; set; } = 32 * 1024 * 1024;

    /// <summary>The way in for other machines, with authentication; null where there is none, which is the default.</summary>
    [ValidateObjectMembers]
    public NetworkOptions? Network { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IPAddress.TryParse(Host, out var address) || !IPAddress.IsLoopback(address))
            yield return new($"Host ({Host}) is not a loopback address, and who comes in there does not authenticate; use 127.0.0.1, and LocalKafka:Network for other machines.");
        if (Port != 0 && Port == RegistryPort)
            yield return new($"Port and RegistryPort are both {Port}.");
    }
}
