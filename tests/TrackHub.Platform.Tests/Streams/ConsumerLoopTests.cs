using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Platform.Tests.Streams;

/// <summary>What the client library is told at an assignment. No broker is asked.</summary>
public sealed class ConsumerLoopTests
{
    private static readonly TopicDefinition Topic = Topics.IngestEvents;

    /// <summary>
    /// A partition assigned at its end, to be sought once the offset is known, may fall back to the end: what lies between is never read. So the
    /// position is known when the partition is assigned, or nothing is assigned yet.
    /// </summary>
    [Fact]
    public void A_partition_is_assigned_at_the_offset_its_role_told()
    {
        var asked = 0;
        using var world = new World(_ => ++asked == 1
            ? throw new DependencyAwayException("postgres", innerException: null)
            : Task.FromResult<IReadOnlyDictionary<(string, int), long>>(new Dictionary<(string, int), long> { [(Topic.Name, 0)] = 58 }));

        var positions = world.Loop.Assign([new(Topic.Name, 0), new(Topic.Name, 1)]).ToList();

        positions.Select(static position => position.Offset).ShouldBe([new Offset(58), Offset.Beginning]);
        world.Buffer.Owned.Count.ShouldBe(2);
        asked.ShouldBe(2, "once for all partitions, after a first time in vain");
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_a_role_that_cannot_tell()
    {
        using var world = new World(static _ => new TaskCompletionSource<IReadOnlyDictionary<(string, int), long>>().Task);
        world.Loop.Start();
        var assigning = Task.Run(() => world.Loop.Assign([new(Topic.Name, 0)]).ToList());

        (await world.Loop.StopAsync()).ShouldBeTrue();

        (await assigning).ShouldHaveSingleItem();
    }

    private sealed class World : IDisposable
    {
        private readonly IConsumer<byte[]?, byte[]?> _consumer;

        public World(Func<CancellationToken, Task<IReadOnlyDictionary<(string Topic, int Partition), long>>> startOffsets)
        {
            var options = new RecordConsumerOptions { Group = "loop-test", Topics = [Topic], StartOffsets = startOffsets };
            var kafka = new KafkaOptions { BootstrapServers = "127.0.0.1:1" };
            _consumer = new ConsumerBuilder<byte[]?, byte[]?>(ClientSettings.Consumer(kafka, options))
                .SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
            Buffer = new(options, static (_, _, _) => { }, TimeProvider.System);
            Loop = new(_consumer, options, Buffer, new(TimeProvider.System), TimeProvider.System, NullLogger.Instance);
        }

        public RecordBuffer Buffer { get; }

        public ConsumerLoop Loop { get; }

        public void Dispose()
        {
            Loop.Dispose();
            _consumer.Dispose();
            Buffer.Dispose();
        }
    }
}
