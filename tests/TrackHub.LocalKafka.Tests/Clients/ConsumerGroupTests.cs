using System.Collections.Concurrent;
using Confluent.Kafka;

namespace TrackHub.LocalKafka.Tests.Clients;

/// <summary>Groups of real consumers: rebalances, commits, resuming.</summary>
public sealed class ConsumerGroupTests(TestBroker broker) : IClassFixture<TestBroker>
{
    private const int Partitions = 4;

    [Theory]
    [InlineData(PartitionAssignmentStrategy.Range)]
    [InlineData(PartitionAssignmentStrategy.CooperativeSticky)]
    public async Task Two_members_share_the_partitions_and_one_takes_over_when_the_other_leaves(PartitionAssignmentStrategy strategy)
    {
        var topic = await broker.CreateTopicAsync(Partitions);
        var group = TestBroker.NewName("group");
        using var first = new Member(broker, group, topic, strategy);
        await first.OwnsAsync(Partitions);

        using (var second = new Member(broker, group, topic, strategy))
        {
            await Task.WhenAll(first.OwnsAsync(Partitions / 2), second.OwnsAsync(Partitions / 2));
            await ProduceToAllAsync(topic, "shared");
            await Task.WhenAll(first.HasReadAsync(Partitions / 2), second.HasReadAsync(Partitions / 2));
        }

        await first.OwnsAsync(Partitions);
        await ProduceToAllAsync(topic, "alone");
        await first.HasReadAsync((Partitions / 2) + Partitions);
    }

    [Fact]
    public async Task A_group_resumes_at_its_commit_after_the_broker_restarted()
    {
        using var own = await TestBroker.RunAsync();
        var topic = await own.CreateTopicAsync();
        var group = TestBroker.NewName("group");
        using (var producer = own.Producer())
            await Task.WhenAll(Enumerable.Range(0, 10).Select(i => producer.ProduceAsync(topic, new Message<string?, string?> { Value = i.ToString() })));
        using (var consumer = own.Consumer(config => config.GroupId = group))
        {
            consumer.Subscribe(topic);
            var read = TestBroker.Take(consumer, 6);
            consumer.Commit(read[^1]);
            consumer.Close();
        }

        await own.RestartAsync();
        using (var consumer = own.Consumer(config => config.GroupId = group))
        {
            consumer.Subscribe(topic);

            TestBroker.Take(consumer, 4).Select(static record => record.Message.Value).ShouldBe(["6", "7", "8", "9"]);
        }

        await own.DisposeAsync();
    }

    [Fact]
    public async Task A_running_member_goes_on_over_a_restart_of_the_broker()
    {
        using var own = await TestBroker.RunAsync();
        var topic = await own.CreateTopicAsync();
        using (var member = new Member(own, TestBroker.NewName("group"), topic, PartitionAssignmentStrategy.Range))
        {
            await member.OwnsAsync(1);

            await own.RestartAsync();
            using (var producer = own.Producer())
                await producer.ProduceAsync(topic, new Message<string?, string?> { Value = "after" });

            await member.HasReadAsync(1);
        }

        await own.DisposeAsync();
    }

    [Fact]
    public async Task A_group_is_listed_described_and_deleted()
    {
        var topic = await broker.CreateTopicAsync(Partitions);
        var group = TestBroker.NewName("group");
        using var admin = broker.Admin();
        using (var member = new Member(broker, group, topic, PartitionAssignmentStrategy.Range))
        {
            await member.OwnsAsync(Partitions);

            var described = (await admin.DescribeConsumerGroupsAsync([group])).ConsumerGroupDescriptions.Single();

            described.State.ShouldBe(ConsumerGroupState.Stable);
            described.PartitionAssignor.ShouldBe("range");
            described.Members.Single().Assignment.TopicPartitions.Count.ShouldBe(Partitions);
        }

        (await admin.ListConsumerGroupsAsync()).Valid.ShouldContain(listed => listed.GroupId == group && listed.State == ConsumerGroupState.Empty);
        await admin.DeleteGroupsAsync([group]);
        (await admin.ListConsumerGroupsAsync()).Valid.ShouldNotContain(listed => listed.GroupId == group);
    }

    private async Task ProduceToAllAsync(string topic, string value)
    {
        using var producer = broker.Producer();
        for (var partition = 0; partition < Partitions; partition++)
            await producer.ProduceAsync(new TopicPartition(topic, partition), new Message<string?, string?> { Value = value });
    }

    /// <summary>A consumer that polls on a thread of its own, as an application does.</summary>
    private sealed class Member : IDisposable
    {
        private readonly CancellationTokenSource _stopping = new();
        private readonly ConcurrentDictionary<TopicPartitionOffset, string?> _read = new();
        private readonly Task _polling;
        private volatile int _owned;

        public Member(TestBroker broker, string group, string topic, PartitionAssignmentStrategy strategy)
        {
            var config = broker.Configure(config => (config.GroupId, config.PartitionAssignmentStrategy, config.EnableAutoCommit) = (group, strategy, true));
            var consumer = new ConsumerBuilder<string?, string?>(config).SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
            consumer.Subscribe(topic);
            _polling = Task.Factory.StartNew(() => Poll(consumer), TaskCreationOptions.LongRunning);
        }

        public Task OwnsAsync(int partitions) => Eventually.TrueAsync(() => _owned == partitions, () => $"owns {_owned} of {partitions}");

        /// <summary>Waits until it has read so many different records: with positions committed by a timer it may read one again after a rebalance.</summary>
        public Task HasReadAsync(int records) => Eventually.TrueAsync(() => _read.Count == records, () => $"read {_read.Count} of {records}: {string.Join(", ", _read.Keys)}");

        public void Dispose()
        {
            _stopping.Cancel();
            _polling.GetAwaiter().GetResult();
            _stopping.Dispose();
        }

        private void Poll(IConsumer<string?, string?> consumer)
        {
            using (consumer)
            {
                while (!_stopping.IsCancellationRequested)
                {
                    if (consumer.Consume(TimeSpan.FromMilliseconds(50)) is { } record)
                        _read.TryAdd(record.TopicPartitionOffset, record.Message.Value);
                    _owned = consumer.Assignment.Count;
                }

                consumer.Close();
            }
        }
    }
}
