using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Tests.Clients;

/// <summary>What the admin client here has no call for, and other tools ask.</summary>
public sealed class RawAdminTests(TestBroker broker) : IClassFixture<TestBroker>
{
    [Fact]
    public async Task The_logs_folder_is_described_with_each_partitions_bytes()
    {
        var topic = await broker.CreateTopicAsync(2);
        using (var producer = broker.Producer())
            await producer.ProduceAsync(new Confluent.Kafka.TopicPartition(topic, 1), new() { Value = "record" });
        using var raw = await RawClient.ConnectAsync(broker.Port);

        var named = await raw.AskAsync(new DescribeLogDirsRequest { Topics = [new() { Name = topic, Partitions = [0, 1, 7] }] }, version: 4);
        var all = await raw.AskAsync(new DescribeLogDirsRequest(), version: 1);

        var folder = named.Folders.Single();
        folder.Path.ShouldBe(broker.DataDirectory);
        folder.UsableBytes.ShouldBeInRange(1, folder.TotalBytes);
        folder.Topics.Single().Partitions.Select(static partition => partition.Index).ShouldBe([0, 1]);
        folder.Topics.Single().Partitions[0].Bytes.ShouldBe(0);
        folder.Topics.Single().Partitions[1].Bytes.ShouldBe(new FileInfo(broker.SegmentsOf(topic, 1).Single()).Length);
        all.Folders.Single().Topics.ShouldContain(described => described.Name == topic && described.Partitions.Count == 2);
    }

    [Fact]
    public async Task A_topic_is_found_and_deleted_by_its_id()
    {
        using var raw = await RawClient.ConnectAsync(broker.Port);
        var created = (await raw.AskAsync(
            new CreateTopicsRequest { Topics = [new() { Name = TestBroker.NewName(), PartitionCount = 2, ReplicationFactor = -1 }] }, version: 7)).Topics.Single();
        created.Error.ShouldBe(ErrorCode.None);
        created.TopicId.ShouldNotBe(Guid.Empty);

        var found = (await raw.AskAsync(new MetadataRequest { Topics = [new() { TopicId = created.TopicId }] }, version: 12)).Topics.Single();
        (found.Name, found.Partitions.Count).ShouldBe((created.Name, 2));
        (await DeleteAsync(new() { Name = created.Name, TopicId = created.TopicId })).ShouldBe(ErrorCode.InvalidRequest);
        (await DeleteAsync(new() { TopicId = created.TopicId })).ShouldBe(ErrorCode.None);
        (await DeleteAsync(new() { TopicId = created.TopicId })).ShouldBe(ErrorCode.UnknownTopicId);

        async Task<ErrorCode> DeleteAsync(DeleteTopicsRequest.Topic topic) =>
            (await raw.AskAsync(new DeleteTopicsRequest { Topics = [topic] }, version: 6)).Topics.Single().Error;
    }

    [Fact]
    public async Task A_topic_is_created_by_assignments_to_the_one_node_and_not_by_numbers_as_well()
    {
        using var raw = await RawClient.ConnectAsync(broker.Port);
        CreateTopicsRequest.ReplicaAssignment[] here = [new() { Index = 0, Nodes = [1] }, new() { Index = 1, Nodes = [1] }];

        (await CreateAsync(partitions: 2, here)).ShouldBe(ErrorCode.InvalidRequest);
        (await CreateAsync(partitions: -1, new CreateTopicsRequest.ReplicaAssignment { Index = 0, Nodes = [2] })).ShouldBe(ErrorCode.InvalidReplicaAssignment);
        (await CreateAsync(partitions: -1, here)).ShouldBe(ErrorCode.None);

        async Task<ErrorCode> CreateAsync(int partitions, params CreateTopicsRequest.ReplicaAssignment[] assignments) =>
            (await raw.AskAsync(
                new CreateTopicsRequest
                {
                    Topics = [new() { Name = TestBroker.NewName(), PartitionCount = partitions, ReplicationFactor = -1, Assignments = [.. assignments] }],
                },
                version: 5)).Topics.Single().Error;
    }

    [Fact]
    public async Task The_cluster_has_brokers_and_no_controllers_to_describe()
    {
        using var raw = await RawClient.ConnectAsync(broker.Port);

        (await raw.AskAsync(new DescribeClusterRequest { EndpointType = 1 }, version: 1)).Brokers.Count.ShouldBe(1);
        (await raw.AskAsync(new DescribeClusterRequest { EndpointType = 2 }, version: 1)).Error.ShouldBe(ErrorCode.MismatchedEndpointType);
        (await raw.AskAsync(new DescribeClusterRequest { EndpointType = 9 }, version: 1)).Error.ShouldBe(ErrorCode.UnsupportedEndpointType);
    }

    [Fact]
    public async Task A_group_without_a_name_keeps_offsets_and_has_no_members()
    {
        var topic = await broker.CreateTopicAsync();
        using var raw = await RawClient.ConnectAsync(broker.Port);

        var committed = await raw.AskAsync(
            new OffsetCommitRequest { Topics = [new() { Name = topic, Partitions = [new() { Offset = 5 }, new() { Index = 9, Offset = 5 }] }] }, version: 8);

        committed.Topics.Single().Partitions.Select(static partition => partition.Error).ShouldBe([ErrorCode.None, ErrorCode.UnknownTopicOrPartition]);
        (await raw.AskAsync(new JoinGroupRequest { SessionTimeoutMs = 10_000, ProtocolType = "consumer" }, version: 5)).Error
            .ShouldBe(ErrorCode.InvalidGroupId);
    }

    [Fact]
    public async Task A_member_that_syncs_without_naming_its_protocol_is_refused_from_version_5_on()
    {
        using var raw = await RawClient.ConnectAsync(broker.Port);

        (await raw.AskAsync(new SyncGroupRequest { GroupId = "g" }, version: 5)).Error.ShouldBe(ErrorCode.InconsistentGroupProtocol);
        (await raw.AskAsync(new SyncGroupRequest { GroupId = "g" }, version: 4)).Error.ShouldBe(ErrorCode.UnknownMemberId);
    }
}
