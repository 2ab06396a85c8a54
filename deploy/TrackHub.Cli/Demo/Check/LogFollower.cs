using Confluent.Kafka;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Cli.Demo.Check;

/// <summary>Reads the brand's events, ends and conversions from the log while they are written, from where it stood before the run.</summary>
/// <remarks>A consumer with <c>assign</c>: no group, no offsets, nothing of it stays behind. Thread-safe.</remarks>
internal sealed class LogFollower(RecordCodec codec, TopicAdmin topics, KafkaOptions kafka, string brandId)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);
    private static readonly IReadOnlyList<TopicDefinition> Read = [Topics.TrackEvents, Topics.IngestEvents, Topics.EventOutcomes, Topics.Conversions];

    private readonly Lock _gate = new();
    private readonly List<LoggedEvent> _events = [];
    private readonly Dictionary<string, Dictionary<string, (long Revision, SeenEnd End)>> _ends = [];
    private readonly Dictionary<string, SeenConversion> _conversions = [];
    private List<TopicPartitionOffset> _from = [];

    /// <summary>Remembers where the log stands.</summary>
    /// <exception cref="DependencyAwayException">The broker does not answer.</exception>
    public async Task MarkAsync(CancellationToken cancellationToken)
    {
        var wanted = Read.Select(static topic => topic.Name).ToHashSet(StringComparer.Ordinal);
        _from = [.. (await topics.ListAsync(cancellationToken))
            .Where(topic => wanted.Contains(topic.Name))
            .SelectMany(static topic => topic.Partitions.Select(
                partition => new TopicPartitionOffset(topic.Name, partition.Partition, partition.HighOffset)))];
    }

    /// <summary>Reads until cancelled; a thread of its own polls.</summary>
    public Task FollowAsync(CancellationToken cancellationToken) => Task.Factory.StartNew(
        () => FollowInOrderAsync(cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();

    /// <summary>The events read so far.</summary>
    public IReadOnlyList<LoggedEvent> Events()
    {
        lock (_gate)
            return [.. _events];
    }

    /// <summary>The ends read so far, by ingest id; of each destination the one with the highest revision.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<SeenEnd>> Ends()
    {
        lock (_gate)
            return _ends.ToDictionary(static pair => pair.Key, static pair => (IReadOnlyList<SeenEnd>)[.. pair.Value.Values.Select(static v => v.End)]);
    }

    /// <summary>The conversions read so far, by ingest id.</summary>
    public IReadOnlyDictionary<string, SeenConversion> Conversions()
    {
        lock (_gate)
            return new Dictionary<string, SeenConversion>(_conversions);
    }

    private async Task FollowInOrderAsync(CancellationToken cancellationToken)
    {
        // The client finds a broker again by itself; its own lines would only tear the progress.
        using var consumer = new ConsumerBuilder<Ignore, byte[]?>(Settings()).SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
        consumer.Assign(_from);
        while (!cancellationToken.IsCancellationRequested)
        {
            if (consumer.Consume(Poll) is not { } read)
                continue;

            var record = new StreamRecord
            {
                Coordinates = new(read.Topic, read.Partition.Value, read.Offset.Value),
                Timestamp = new(read.Message.Timestamp.UtcDateTime),
                Value = read.Message.Value,
            };
            await codec.PrepareAsync([record], cancellationToken);
            Take(record);
        }
    }

    private void Take(StreamRecord record)
    {
        lock (_gate)
        {
            if (record.Coordinates.Topic == Topics.EventOutcomes.Name)
                TakeEnd(record);
            else if (record.Coordinates.Topic == Topics.Conversions.Name)
                TakeConversion(record);
            else
                TakeEvent(record);
        }
    }

    // What cannot be decoded is the ledger's to tell; here it shows as an event without an end.
    private void TakeEvent(StreamRecord record)
    {
        if (codec.TryDecode<TrackedEvent>(record, out var e, out _) && e.BrandId == brandId)
            _events.Add(new(record.Coordinates, e.IngestId, e.EventId, e.Sale?.Kind.ToSymbol() ?? e.Kind.ToSymbol()));
    }

    private void TakeEnd(StreamRecord record)
    {
        if (!codec.TryDecode<EventOutcome>(record, out var outcome, out _) || outcome.BrandId != brandId)
            return;

        if (!_ends.TryGetValue(outcome.IngestId, out var ends))
            _ends[outcome.IngestId] = ends = [];
        if (!ends.TryGetValue(outcome.Destination, out var known) || known.Revision < outcome.Revision)
            ends[outcome.Destination] = (outcome.Revision, new(outcome.Destination, outcome.State.ToSymbol(), outcome.Reason));
    }

    private void TakeConversion(StreamRecord record)
    {
        if (codec.TryDecode<Conversion>(record, out var conversion, out _) && conversion.BrandId == brandId)
            _conversions[conversion.IngestId] = new(conversion.Stage.ToSymbol(), conversion.Purchase);
    }

    private ConsumerConfig Settings() => kafka.Connect(new ConsumerConfig
    {
        GroupId = "trackhub-demo",   // the client asks for one; assign joins none
        EnableAutoCommit = false,
        EnableAutoOffsetStore = false,
        AutoOffsetReset = AutoOffsetReset.Error,
        FetchWaitMaxMs = 100,
        AllowAutoCreateTopics = false,
    });
}
