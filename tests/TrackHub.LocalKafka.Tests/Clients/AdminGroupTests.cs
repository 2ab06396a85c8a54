using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace TrackHub.LocalKafka.Tests.Clients;

/// <summary>Groups and their offsets over the admin client.</summary>
public sealed class AdminGroupTests(TestBroker broker) : IClassFixture<TestBroker>
{
    [Fact]
    public async Task Groups_are_listed_by_their_state()
    {
        var topic = await broker.CreateTopicAsync();
        var (stable, empty) = (TestBroker.NewName("group"), TestBroker.NewName("group"));
        using var admin = broker.Admin();
        using var consumer = Joined(stable, topic);
        await CommitAsync(admin, empty, new TopicPartitionOffset(topic, 0, 1));

        (await ListAsync(ConsumerGroupState.Stable)).ShouldBe([stable]);
        (await ListAsync(ConsumerGroupState.Empty)).ShouldBe([empty]);
        (await ListAsync(ConsumerGroupState.PreparingRebalance, ConsumerGroupState.Dead)).ShouldBeEmpty();
        (await ListAsync(ConsumerGroupState.Stable, ConsumerGroupState.Empty)).ShouldBe([stable, empty], ignoreOrder: true);

        async Task<IEnumerable<string>> ListAsync(params ConsumerGroupState[] states) =>
            (await admin.ListConsumerGroupsAsync(new ListConsumerGroupsOptions { MatchStates = states })).Valid
                .Select(static group => group.GroupId).Where(group => group == stable || group == empty);
    }

    [Fact]
    public async Task Groups_are_described_with_their_members_and_an_unknown_one_is_dead()
    {
        var topic = await broker.CreateTopicAsync(2);
        var group = TestBroker.NewName("group");
        using var admin = broker.Admin();
        using var consumer = Joined(group, topic, static config => (config.ClientId, config.GroupInstanceId) = ("described", "instance"));

        var described = (await admin.DescribeConsumerGroupsAsync([group, "nobody-joined-this"]))
            .ConsumerGroupDescriptions.ToDictionary(static description => description.GroupId);

        described["nobody-joined-this"].State.ShouldBe(ConsumerGroupState.Dead);
        described[group].State.ShouldBe(ConsumerGroupState.Stable);
        described[group].IsSimpleConsumerGroup.ShouldBeFalse();
        described[group].Coordinator.Id.ShouldBe(1);
        var member = described[group].Members.Single();
        (member.ClientId, member.GroupInstanceId).ShouldBe(("described", "instance"));
        member.Assignment.TopicPartitions.Select(static partition => partition.Partition.Value).Order().ShouldBe([0, 1]);
    }

    [Fact]
    public async Task Offsets_of_a_group_are_set_read_and_deleted_while_nobody_reads()
    {
        var topic = await broker.CreateTopicAsync(2);
        var group = TestBroker.NewName("group");
        using var admin = broker.Admin();

        await CommitAsync(admin, group, new TopicPartitionOffset(topic, 0, 11), new TopicPartitionOffset(topic, 1, 12));
        (await OffsetsAsync(admin, group)).ShouldBe([11, 12]);
        await admin.DeleteConsumerGroupOffsetsAsync(group, [new TopicPartition(topic, 1)]);

        (await OffsetsAsync(admin, group)).ShouldBe([11]);
        (await Should.ThrowAsync<AlterConsumerGroupOffsetsException>(
            () => CommitAsync(admin, group, new TopicPartitionOffset("nobody-made-this", 0, 1))))
            .Results.Single().Partitions.Single().Error.Code.ShouldBe(ErrorCode.UnknownTopicOrPart);
    }

    [Fact]
    public async Task Offsets_of_topics_that_are_read_stay_and_those_of_others_go()
    {
        var (read, other) = (await broker.CreateTopicAsync(), await broker.CreateTopicAsync());
        var group = TestBroker.NewName("group");
        using var admin = broker.Admin();
        await CommitAsync(admin, group, new TopicPartitionOffset(read, 0, 1), new TopicPartitionOffset(other, 0, 2));
        using var consumer = Joined(group, read);

        var refusal = await Should.ThrowAsync<DeleteConsumerGroupOffsetsException>(
            () => admin.DeleteConsumerGroupOffsetsAsync(group, [new TopicPartition(read, 0), new TopicPartition(other, 0)]));

        refusal.Result.Partitions.ToDictionary(static partition => partition.Topic, static partition => partition.Error.Code).ShouldBe(
            new Dictionary<string, ErrorCode> { [read] = ErrorCode.GroupSubscribedToTopic, [other] = ErrorCode.NoError }, ignoreOrder: true);
        (await OffsetsAsync(admin, group)).ShouldBe([1]);
        (await Should.ThrowAsync<KafkaException>(
            () => admin.DeleteConsumerGroupOffsetsAsync("nobody-joined-this", [new TopicPartition(read, 0)])))
            .Error.Code.ShouldBe(ErrorCode.GroupIdNotFound);
    }

    [Fact]
    public async Task Groups_are_deleted_once_and_only_without_members()
    {
        var topic = await broker.CreateTopicAsync();
        var (used, unused) = (TestBroker.NewName("group"), TestBroker.NewName("group"));
        using var admin = broker.Admin();
        using var consumer = Joined(used, topic);
        await CommitAsync(admin, unused, new TopicPartitionOffset(topic, 0, 1));

        var refusal = await Should.ThrowAsync<DeleteGroupsException>(() => admin.DeleteGroupsAsync([used, unused, "nobody-joined-this"]));

        refusal.Results.ToDictionary(static report => report.Group, static report => report.Error.Code).ShouldBe(
            new Dictionary<string, ErrorCode>
            {
                [used] = ErrorCode.NonEmptyGroup,
                [unused] = ErrorCode.NoError,
                ["nobody-joined-this"] = ErrorCode.GroupIdNotFound,
            },
            ignoreOrder: true);
        (await OffsetsAsync(admin, unused)).ShouldBeEmpty();
    }

    /// <summary>A consumer that has its share.</summary>
    private IConsumer<string?, string?> Joined(string group, string topic, Action<ConsumerConfig>? configure = null)
    {
        var consumer = broker.Consumer(config =>
        {
            config.GroupId = group;
            config.EnablePartitionEof = true;
            configure?.Invoke(config);
        });
        consumer.Subscribe(topic);
        TestBroker.Take(consumer, 1).Single().IsPartitionEOF.ShouldBeTrue();
        return consumer;
    }

    private static Task CommitAsync(IAdminClient admin, string group, params TopicPartitionOffset[] offsets) =>
        admin.AlterConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitionOffsets(group, [.. offsets])]);

    private static async Task<IEnumerable<long>> OffsetsAsync(IAdminClient admin, string group) =>
        (await admin.ListConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitions(group, null)])).Single().Partitions
            .OrderBy(static partition => partition.Partition.Value)
            .Select(static partition => partition.Offset.Value);
}
