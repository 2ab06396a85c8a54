using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace TrackHub.LocalKafka.Tests.Clients;

/// <summary>Settings of topics and of the broker over the admin client.</summary>
public sealed class AdminConfigTests(TestBroker broker) : IClassFixture<TestBroker>
{
    private static readonly ConfigResource Broker = new() { Type = ResourceType.Broker, Name = "1" };

    [Fact]
    public async Task Altering_all_settings_gives_those_not_named_their_defaults()
    {
        var topic = TopicOf(await broker.CreateTopicAsync(1, ("retention.ms", "1000"), ("segment.bytes", "2000")));
        using var admin = broker.Admin();

        await admin.AlterConfigsAsync(new() { [topic] = [new ConfigEntry { Name = "retention.ms", Value = "5000" }] });

        var config = await ConfigAsync(admin, topic);
        config["retention.ms"].Value.ShouldBe("5000");
        config["retention.ms"].Source.ShouldBe(ConfigSource.DynamicTopicConfig);
        config["segment.bytes"].Value.ShouldBe("1073741824");
        config["segment.bytes"].IsDefault.ShouldBeTrue();
    }

    [Fact]
    public async Task Single_settings_are_set_reset_and_lists_added_to_and_taken_from()
    {
        var topic = TopicOf(await broker.CreateTopicAsync(1, ("retention.ms", "1000"), ("segment.bytes", "2000")));
        using var admin = broker.Admin();

        await admin.IncrementalAlterConfigsAsync(new()
        {
            [topic] =
            [
                Change("retention.ms", AlterConfigOpType.Delete, null),
                Change("max.message.bytes", AlterConfigOpType.Set, "4000"),
                Change("cleanup.policy", AlterConfigOpType.Append, "compact"),
            ],
        });

        var config = await ConfigAsync(admin, topic);
        config["retention.ms"].IsDefault.ShouldBeTrue();
        config["segment.bytes"].Value.ShouldBe("2000");
        config["max.message.bytes"].Value.ShouldBe("4000");
        config["cleanup.policy"].Value.ShouldBe("delete,compact");
        await admin.IncrementalAlterConfigsAsync(new() { [topic] = [Change("cleanup.policy", AlterConfigOpType.Subtract, "delete")] });
        (await ConfigAsync(admin, topic))["cleanup.policy"].Value.ShouldBe("compact");
    }

    [Fact]
    public async Task Each_resource_has_its_own_error_and_the_others_are_changed()
    {
        var sound = TopicOf(await broker.CreateTopicAsync());
        var wrong = TopicOf(await broker.CreateTopicAsync());
        var missing = TopicOf("nobody-made-this");
        using var admin = broker.Admin();

        var refusal = await Should.ThrowAsync<IncrementalAlterConfigsException>(() => admin.IncrementalAlterConfigsAsync(new()
        {
            [sound] = [Change("retention.ms", AlterConfigOpType.Set, "7000")],
            [wrong] = [Change("segment.bytes", AlterConfigOpType.Set, "9000"), Change("retention.ms", AlterConfigOpType.Append, "1")],
            [missing] = [Change("retention.ms", AlterConfigOpType.Set, "7000")],
        }));

        refusal.Results.ToDictionary(static report => report.ConfigResource.Name, static report => report.Error.Code).ShouldBe(
            new Dictionary<string, ErrorCode>
            {
                [sound.Name] = ErrorCode.NoError,
                [wrong.Name] = ErrorCode.InvalidConfig,
                [missing.Name] = ErrorCode.UnknownTopicOrPart,
            },
            ignoreOrder: true);
        (await ConfigAsync(admin, sound))["retention.ms"].Value.ShouldBe("7000");
        (await ConfigAsync(admin, wrong))["segment.bytes"].IsDefault.ShouldBeTrue();
    }

    [Fact]
    public async Task Validation_alone_changes_nothing()
    {
        var topic = TopicOf(await broker.CreateTopicAsync());
        using var admin = broker.Admin();

        await admin.AlterConfigsAsync(
            new() { [topic] = [new ConfigEntry { Name = "retention.ms", Value = "5000" }] }, new AlterConfigsOptions { ValidateOnly = true });

        (await ConfigAsync(admin, topic))["retention.ms"].IsDefault.ShouldBeTrue();
        (await Should.ThrowAsync<AlterConfigsException>(() => admin.AlterConfigsAsync(
            new() { [topic] = [new ConfigEntry { Name = "retention.ms", Value = "soon" }] }, new AlterConfigsOptions { ValidateOnly = true })))
            .Results.Single().Error.Code.ShouldBe(ErrorCode.InvalidConfig);
    }

    [Fact]
    public async Task The_brokers_settings_are_read_and_not_changed()
    {
        using var admin = broker.Admin();

        var config = await ConfigAsync(admin, Broker);

        config["advertised.listeners"].Value.ShouldBe($"PLAINTEXT://{broker.BootstrapServers}");
        config["log.dirs"].Value.ShouldBe(broker.DataDirectory);
        config["auto.create.topics.enable"].Value.ShouldBe("false");
        config["message.max.bytes"].Value.ShouldBe("1048588");
        config["offsets.retention.minutes"].Value.ShouldBe("10080");
        config.Values.ShouldAllBe(static setting => setting.IsReadOnly);
        var refusal = await Should.ThrowAsync<IncrementalAlterConfigsException>(() => admin.IncrementalAlterConfigsAsync(
            new() { [Broker] = [Change("auto.create.topics.enable", AlterConfigOpType.Set, "true")] }));
        refusal.Results.Single().Error.Code.ShouldBe(ErrorCode.InvalidRequest);
        refusal.Results.Single().Error.Reason.ShouldContain("cannot be changed while it runs");
    }

    [Fact]
    public async Task The_cluster_is_one_broker_that_controls_itself()
    {
        using var admin = broker.Admin();

        var cluster = await admin.DescribeClusterAsync();

        cluster.ClusterId.ShouldNotBeNullOrEmpty();
        cluster.Controller.Id.ShouldBe(1);
        cluster.Nodes.Select(static node => $"{node.Host}:{node.Port}").ShouldBe([broker.BootstrapServers]);
    }

    [Fact]
    public async Task Topics_are_described_with_id_and_partitions_and_an_unknown_one_is_named()
    {
        var topic = await broker.CreateTopicAsync(3);
        using var admin = broker.Admin();

        var refusal = await Should.ThrowAsync<DescribeTopicsException>(
            () => admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([topic, "nobody-made-this"])));

        var described = refusal.Results.TopicDescriptions.ToDictionary(static description => description.Name);
        described["nobody-made-this"].Error.Code.ShouldBe(ErrorCode.UnknownTopicOrPart);
        described[topic].TopicId.ToString().ShouldNotBeNullOrEmpty();
        described[topic].Partitions.Select(static partition => partition.Leader.Id).ShouldBe([1, 1, 1]);
    }

    [Fact]
    public async Task Partitions_are_added_to_a_topic_and_never_taken()
    {
        var topic = await broker.CreateTopicAsync(2);
        using var admin = broker.Admin();

        await admin.CreatePartitionsAsync(
            [new PartitionsSpecification { Topic = topic, IncreaseTo = 3 }], new CreatePartitionsOptions { ValidateOnly = true });
        PartitionsOf(admin, topic).ShouldBe(2);
        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = 4, ReplicaAssignments = [[1], [1]] }]);
        PartitionsOf(admin, topic).ShouldBe(4);

        await RefusedAsync(new PartitionsSpecification { Topic = topic, IncreaseTo = 3 }, ErrorCode.InvalidPartitions);
        await RefusedAsync(new PartitionsSpecification { Topic = topic, IncreaseTo = 4 }, ErrorCode.InvalidPartitions);
        await RefusedAsync(
            new PartitionsSpecification { Topic = topic, IncreaseTo = 5, ReplicaAssignments = [[2]] }, ErrorCode.InvalidReplicaAssignment);
        await RefusedAsync(new PartitionsSpecification { Topic = "nobody-made-this", IncreaseTo = 3 }, ErrorCode.UnknownTopicOrPart);
        PartitionsOf(admin, topic).ShouldBe(4);

        async Task RefusedAsync(PartitionsSpecification asked, ErrorCode code) =>
            (await Should.ThrowAsync<CreatePartitionsException>(() => admin.CreatePartitionsAsync([asked])))
                .Results.Single().Error.Code.ShouldBe(code);
    }

    private static int PartitionsOf(IAdminClient admin, string topic) =>
        admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics.Single().Partitions.Count;

    private static ConfigResource TopicOf(string name) => new() { Type = ResourceType.Topic, Name = name };

    private static ConfigEntry Change(string name, AlterConfigOpType operation, string? value) =>
        new() { Name = name, Value = value, IncrementalOperation = operation };

    private static async Task<Dictionary<string, ConfigEntryResult>> ConfigAsync(IAdminClient admin, ConfigResource resource) =>
        (await admin.DescribeConfigsAsync([resource])).Single().Entries;
}
