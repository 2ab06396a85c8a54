using Confluent.Kafka;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Streams;

public sealed class RecordConsumerTests
{
    [Fact]
    public async Task Records_come_as_they_were_produced_with_their_coordinates()
    {
        await using var host = await TestHost.CreateAsync();
        var topic = await TestMachine.CreateTopicAsync(Topics.DeadLetters with { LogAppendTime = true }, partitions: 3);
        var before = TimeProvider.System.GetUtcNow().AddSeconds(-1);
        var written = await host.Producer.ProduceAsync(topic, "a key", StreamTest.Letter(7), RecordHeaders.ForBrand("brd_example"), default);

        await using var consumer = host.Consumer(topic);
        var record = (await consumer.ReadAsync(1)).ShouldHaveSingleItem();

        record.Coordinates.ShouldBe(written);
        record.Key.ShouldBe("a key"u8.ToArray());
        record.Header("brand").ShouldBe("brd_example");
        record.Timestamp.ShouldBeGreaterThan(before);
        await host.Codec.PrepareAsync([record], default);
        host.Codec.TryDecode<DeadLetter>(record, out var letter, out _).ShouldBeTrue();
        letter.ShouldBe(StreamTest.Letter(7));
        (await consumer.EndOffsetsAsync([(topic.Name, written.Partition)], default))[(topic.Name, written.Partition)].ShouldBe(1);
        consumer.QueryEndOffset(topic.Name, written.Partition).ShouldBe(1);
    }

    [Fact]
    public async Task The_next_consumer_of_the_group_goes_on_behind_what_was_stored()
    {
        await using var host = await TestHost.CreateAsync();
        var topic = await TestMachine.CreateTopicAsync(Topics.DeadLetters, partitions: 1);
        var group = StreamTest.NewGroup();
        await host.Producer.ProduceAllAsync(StreamTest.Letters(topic, 20), default);

        await using (var first = host.Consumer(topic, group))
        {
            await foreach (var batch in first.BatchesAsync(10, StreamTest.Linger, default))
            {
                // Done: 0 to 4, and 6. The gap at 5 is where the next one begins.
                foreach (var record in batch.Where(record => record.Number() is < 5 or 6))
                    first.Complete(record);
                break;
            }
        }

        await using var second = host.Consumer(topic, group);
        (await second.ReadAsync(15)).Select(record => record.Number()).ShouldBe(Enumerable.Range(5, 15));
    }

    [Fact]
    public async Task A_slow_role_neither_loses_nor_repeats_what_the_full_buffer_held_back()
    {
        await using var host = await TestHost.CreateAsync();
        var topic = await TestMachine.CreateTopicAsync(Topics.DeadLetters, partitions: 2);
        await host.Producer.ProduceAllAsync(StreamTest.Letters(topic, 1_000), default);
        await using var consumer = host.Consumers.Create(new() { Group = StreamTest.NewGroup(), Topics = [topic], PrefetchRecords = 40 });

        var numbers = new List<int>();
        await foreach (var batch in consumer.BatchesAsync(20, TimeSpan.Zero, default))
        {
            // Longer than the second after which the partitions are paused; what is buffered bounds what was fetched.
            if (numbers.Count == 0)
                await Eventually.Holds(() => consumer.IsPausedAtBroker);
            numbers.AddRange(batch.Select(record => record.Number()));
            consumer.Store(batch);
            if (numbers.Count >= 1_000)
                break;
        }

        numbers.Order().ShouldBe(Enumerable.Range(0, 1_000));
    }

    [Theory]
    [InlineData(Assignor.Range)]
    [InlineData(Assignor.CooperativeSticky)]
    public async Task A_group_that_grows_and_shrinks_in_order_reads_each_record_once(Assignor assignor)
    {
        await using var host = await TestHost.CreateAsync();
        var topic = await TestMachine.CreateTopicAsync(Topics.DeadLetters, partitions: 6);
        var group = StreamTest.NewGroup();
        var read = new System.Collections.Concurrent.ConcurrentQueue<int>();
        await using var first = host.Consumer(topic, group, assignor);
        using var end = new CancellationTokenSource();
        var reading = CollectAsync(first, read, end.Token);
        await host.Producer.ProduceAllAsync(StreamTest.Letters(topic, 500), default);
        await Eventually.Holds(() => read.Count >= 100);

        await using (var second = host.Consumer(topic, group, assignor))
        {
            using var endOfSecond = new CancellationTokenSource();
            var alsoReading = CollectAsync(second, read, endOfSecond.Token);
            await Eventually.Holds(() => second.Assignment.Count == 3 && first.Assignment.Count == 3, TimeSpan.FromSeconds(30));
            await host.Producer.ProduceAllAsync(StreamTest.Letters(topic, 500, from: 500), default);
            await Eventually.Holds(() => read.Count >= 800);
            await endOfSecond.CancelAsync();
            await alsoReading;
        }

        await Eventually.Holds(() => first.Assignment.Count == 6, TimeSpan.FromSeconds(30));
        await host.Producer.ProduceAllAsync(StreamTest.Letters(topic, 100, from: 1_000), default);
        await Eventually.Holds(() => read.Count >= 1_100);
        await end.CancelAsync();
        await reading;
        read.Order().ShouldBe(Enumerable.Range(0, 1_100));
    }

    [Theory]
    [InlineData(Assignor.Range)]
    [InlineData(Assignor.CooperativeSticky)]
    public async Task A_partition_that_was_paused_at_the_broker_flows_again_after_a_rebalance(Assignor assignor)
    {
        await using var host = await TestHost.CreateAsync();
        var topic = await TestMachine.CreateTopicAsync(Topics.DeadLetters, partitions: 2);
        var group = StreamTest.NewGroup();
        var read = new System.Collections.Concurrent.ConcurrentQueue<int>();
        await using var first = host.Consumers.Create(new() { Group = group, Topics = [topic], Assignor = assignor, HeldPerPartition = 4 });
        using var end = new CancellationTokenSource();
        var reading = CollectAsync(first, read, end.Token);
        await Eventually.Holds(() => first.Assignment.Count == 2, TimeSpan.FromSeconds(30));
        first.Pause([new(topic.Name, 0), new(topic.Name, 1)]);
        await host.Producer.ProduceAllAsync(StreamTest.Letters(topic, 100), default);
        await Eventually.Holds(() => first.IsPausedAtBroker);

        await using (var second = host.Consumers.Create(new() { Group = group, Topics = [topic], Assignor = assignor, HeldPerPartition = 4 }))
        {
            using var endOfSecond = new CancellationTokenSource();
            var alsoReading = CollectAsync(second, read, endOfSecond.Token);
            await Eventually.Holds(() => second.Assignment.Count == 1 && first.Assignment.Count == 1, TimeSpan.FromSeconds(30));
            await endOfSecond.CancelAsync();
            await alsoReading;
        }

        // The role's own pause ended with the assignment it was for; a partition that stayed is freed by hand.
        await Eventually.Holds(() => first.Assignment.Count == 2, TimeSpan.FromSeconds(30));
        first.Resume([new(topic.Name, 0), new(topic.Name, 1)]);
        await Eventually.Holds(() => read.Distinct().Count() == 100, TimeSpan.FromSeconds(20));
        await end.CancelAsync();
        await reading;
    }

    [Fact]
    public async Task A_delay_topic_gives_each_record_when_its_time_has_come_and_others_at_once()
    {
        await using var host = await TestHost.CreateAsync();
        var delay = TimeSpan.FromMilliseconds(1_500);
        var plain = await TestMachine.CreateTopicAsync(Topics.DeadLetters, partitions: 1);
        var delayed = (await TestMachine.CreateTopicAsync(Topics.DeadLetters with { LogAppendTime = true }, partitions: 1)) with { Delay = delay };
        await using var consumer = host.Consumers.Create(new() { Group = StreamTest.NewGroup(), Topics = [delayed, plain], HeldPerPartition = 10 });
        await host.Producer.ProduceAllAsync([.. StreamTest.Letters(delayed, 50), .. StreamTest.Letters(plain, 1, from: 50)], default);

        var came = new List<(StreamRecord Record, DateTimeOffset At)>();
        await foreach (var batch in consumer.BatchesAsync(100, TimeSpan.Zero, default))
        {
            came.AddRange(batch.Select(record => (record, TimeProvider.System.GetUtcNow())));
            consumer.Store(batch);
            if (came.Count == 51)
                break;
        }

        came[0].Record.Number().ShouldBe(50);
        var waited = came.Skip(1).ToList();
        waited.Select(one => one.Record.Number()).ShouldBe(Enumerable.Range(0, 50));
        waited.ShouldAllBe(one => one.At - one.Record.Timestamp >= delay);
    }

    [Fact]
    public async Task A_role_that_keeps_its_offsets_begins_where_it_says()
    {
        await using var host = await TestHost.CreateAsync();
        var topic = await TestMachine.CreateTopicAsync(Topics.DeadLetters, partitions: 2);
        await host.Producer.ProduceAllAsync(StreamTest.Letters(topic, 200), default);
        var attempts = 0;
        await using var consumer = host.Consumers.Create(new()
        {
            Group = StreamTest.NewGroup(),
            Topics = [topic],

            // PostgreSQL is away at first; partition 1 was never read.
            StartOffsets = _ => Interlocked.Increment(ref attempts) <= 2
                ? throw new DependencyAwayException("postgres", innerException: null)
                : StreamTest.Starting((topic.Name, 0), 50),
        });
        var ends = await consumer.EndOffsetsAsync([(topic.Name, 0), (topic.Name, 1)], default);

        var read = await consumer.ReadAsync((int)(ends[(topic.Name, 0)] - 50 + ends[(topic.Name, 1)]));

        read.Where(record => record.Coordinates.Partition == 0).Min(record => record.Coordinates.Offset).ShouldBe(50);
        read.Where(record => record.Coordinates.Partition == 1).Min(record => record.Coordinates.Offset).ShouldBe(0);
        read.Select(record => record.Number()).ShouldBeUnique();
    }

    [Fact]
    public async Task An_offset_that_the_log_does_not_have_ends_the_loop()
    {
        await using var host = await TestHost.CreateAsync();
        var topic = await TestMachine.CreateTopicAsync(Topics.DeadLetters, partitions: 1);
        await using var consumer = host.Consumers.Create(new() { Group = StreamTest.NewGroup(), Topics = [topic], StartOffsets = _ => StreamTest.Starting((topic.Name, 0), 1_000) });

        await Should.ThrowAsync<KafkaException>(() => consumer.ReadAsync(1));
    }

    private static async Task CollectAsync(RecordConsumer consumer, System.Collections.Concurrent.ConcurrentQueue<int> read, CancellationToken stoppingToken)
    {
        await foreach (var batch in consumer.BatchesAsync(20, StreamTest.Linger, stoppingToken))
        {
            foreach (var record in batch)
                read.Enqueue(record.Number());
            consumer.Store(batch);
        }
    }
}
