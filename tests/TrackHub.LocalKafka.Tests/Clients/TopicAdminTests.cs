using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace TrackHub.LocalKafka.Tests.Clients;

/// <summary>Topics and their settings over the admin client.</summary>
public sealed class TopicAdminTests(TestBroker broker) : IClassFixture<TestBroker>
{
    [Fact]
    public async Task A_topic_with_its_settings_survives_a_restart()
    {
        using var own = await TestBroker.RunAsync();
        var topic = await own.CreateTopicAsync(3, ("retention.ms", "1234567"), ("message.timestamp.type", "LogAppendTime"));

        await own.RestartAsync();

        using (var admin = own.Admin())
        {
            admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics.Single().Partitions.Count.ShouldBe(3);
            var config = await ConfigAsync(admin, topic);
            config["retention.ms"].Value.ShouldBe("1234567");
            config["retention.ms"].IsDefault.ShouldBeFalse();
            config["message.timestamp.type"].Value.ShouldBe("LogAppendTime");
            config["cleanup.policy"].Value.ShouldBe("delete");
            config["cleanup.policy"].IsDefault.ShouldBeTrue();
        }

        await own.DisposeAsync();
    }

    [Theory]
    [InlineData("no.such.setting", "1", ErrorCode.InvalidConfig)]
    [InlineData("retention.ms", "soon", ErrorCode.InvalidConfig)]
    [InlineData("cleanup.policy", "burn", ErrorCode.InvalidConfig)]
    public async Task A_setting_that_is_unknown_or_wrong_is_refused(string name, string value, ErrorCode code)
    {
        var refusal = await Should.ThrowAsync<CreateTopicsException>(() => broker.CreateTopicAsync(1, (name, value)));

        refusal.Results.Single().Error.Code.ShouldBe(code);
    }

    [Theory]
    [InlineData("white space", 1, 1, ErrorCode.TopicException)]
    [InlineData("zero", 0, 1, ErrorCode.InvalidPartitions)]
    [InlineData("replicated", 1, 3, ErrorCode.InvalidReplicationFactor)]
    public async Task A_topic_that_cannot_be_is_refused(string name, int partitions, short replication, ErrorCode code)
    {
        using var admin = broker.Admin();

        var refusal = await Should.ThrowAsync<CreateTopicsException>(() =>
            admin.CreateTopicsAsync([new TopicSpecification { Name = name, NumPartitions = partitions, ReplicationFactor = replication }]));

        refusal.Results.Single().Error.Code.ShouldBe(code);
    }

    [Fact]
    public async Task Topics_whose_names_differ_in_dots_and_underscores_alone_are_kept_apart()
    {
        using var admin = broker.Admin();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = "looks.like_this", NumPartitions = 1 }]);

        var refusal = await Should.ThrowAsync<CreateTopicsException>(() =>
            admin.CreateTopicsAsync([new TopicSpecification { Name = "looks_like.this", NumPartitions = 1 }]));

        refusal.Results.Single().Error.Code.ShouldBe(ErrorCode.TopicException);
    }

    [Fact]
    public async Task A_topic_is_created_once()
    {
        var topic = await broker.CreateTopicAsync();
        using var admin = broker.Admin();

        var refusal = await Should.ThrowAsync<CreateTopicsException>(() =>
            admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = 1 }]));

        refusal.Results.Single().Error.Code.ShouldBe(ErrorCode.TopicAlreadyExists);
    }

    [Fact]
    public async Task A_deleted_topic_is_gone_with_its_records_and_offsets_and_its_name_is_free()
    {
        var topic = await broker.CreateTopicAsync();
        var group = TestBroker.NewName("group");
        using var producer = broker.Producer();
        await producer.ProduceAsync(topic, new Message<string?, string?> { Value = "old" });
        using (var consumer = broker.Consumer(config => config.GroupId = group))
            consumer.Commit([new TopicPartitionOffset(topic, 0, 1)]);
        using var admin = broker.Admin();

        await admin.DeleteTopicsAsync([topic]);
        broker.SegmentsOf(topic, 0).ShouldBeEmpty();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = 1, ReplicationFactor = 1 }]);

        using var second = broker.Consumer(config => config.GroupId = group);
        second.QueryWatermarkOffsets(new TopicPartition(topic, 0), TimeSpan.FromSeconds(10)).High.Value.ShouldBe(0);
        second.Committed([new TopicPartition(topic, 0)], TimeSpan.FromSeconds(10)).Single().Offset.ShouldBe(Offset.Unset);
    }

    [Fact]
    public async Task Partitions_are_added_and_settings_changed_while_producers_run()
    {
        var topic = await broker.CreateTopicAsync();
        using var admin = broker.Admin();
        using var producer = broker.Producer();
        await producer.ProduceAsync(topic, new Message<string?, string?> { Value = "before" });

        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = 4 }]);
        await admin.IncrementalAlterConfigsAsync(new Dictionary<ConfigResource, List<ConfigEntry>>
        {
            [new ConfigResource { Type = ResourceType.Topic, Name = topic }] =
                [new ConfigEntry { Name = "max.message.bytes", Value = "500", IncrementalOperation = AlterConfigOpType.Set }],
        });

        (await ConfigAsync(admin, topic))["max.message.bytes"].Value.ShouldBe("500");
        (await producer.ProduceAsync(new TopicPartition(topic, 0), new Message<string?, string?> { Value = "after" })).Offset.Value.ShouldBe(1);
        (await Should.ThrowAsync<ProduceException<string?, string?>>(() =>
            producer.ProduceAsync(new TopicPartition(topic, 0), new Message<string?, string?> { Value = new string('x', 600) })))
            .Error.Code.ShouldBe(ErrorCode.MsgSizeTooLarge);
        admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics.Single().Partitions.Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_topic_nobody_created_is_unknown()
    {
        using var producer = broker.Producer(static config => config.MessageTimeoutMs = 2000);

        var refusal = await Should.ThrowAsync<ProduceException<string?, string?>>(() =>
            producer.ProduceAsync("nobody-made-this", new Message<string?, string?> { Value = "v" }));

        refusal.Error.Code.ShouldBeOneOf(ErrorCode.UnknownTopicOrPart, ErrorCode.Local_UnknownTopic, ErrorCode.Local_MsgTimedOut);
    }

    private static async Task<Dictionary<string, ConfigEntryResult>> ConfigAsync(IAdminClient admin, string topic) =>
        (await admin.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Topic, Name = topic }])).Single().Entries;
}
