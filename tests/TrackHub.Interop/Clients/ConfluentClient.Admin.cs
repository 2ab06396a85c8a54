using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace TrackHub.Interop.Clients;

/// <content>Its admin client.</content>
internal sealed partial class ConfluentClient
{
    public override async Task CreateTopicAsync(string topic, int partitions)
    {
        using var admin = Admin();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = -1 }]);
    }

    public override async Task GrowTopicAsync(string topic, int partitions)
    {
        using var admin = Admin();
        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = partitions }]);
    }

    public override async Task DeleteTopicAsync(string topic)
    {
        using var admin = Admin();
        await admin.DeleteTopicsAsync([topic]);
    }

    public override async Task<string> ReadSettingAsync(string topic, string name)
    {
        using var admin = Admin();
        return (await admin.DescribeConfigsAsync([Resource(topic)])).Single().Entries[name].Value;
    }

    public override async Task AlterSettingAsync(string topic, string name, string value)
    {
        using var admin = Admin();
        await admin.IncrementalAlterConfigsAsync(new Dictionary<ConfigResource, List<ConfigEntry>>
        {
            [Resource(topic)] = [new ConfigEntry { Name = name, Value = value, IncrementalOperation = AlterConfigOpType.Set }],
        });
    }

    public override async Task<GroupSight> LookAtGroupAsync(string group, string topic, int partitions)
    {
        using var admin = Admin();
        (await admin.ListConsumerGroupsAsync()).Valid.ShouldContain(listed => listed.GroupId == group);
        var described = (await admin.DescribeConsumerGroupsAsync([group])).ConsumerGroupDescriptions.Single();
        return new(described.State.ToString(), await CommittedAsync(group, topic, partitions));
    }

    public override async Task DeleteGroupAsync(string group)
    {
        using var admin = Admin();
        await admin.DeleteGroupsAsync([group]);
    }

    public override async Task DeleteRecordsAsync(string topic, int partition, long before)
    {
        using var admin = Admin();
        await admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, partition, before)]);
    }

    /// <summary>What a group has committed, by partition; -1 where nothing.</summary>
    public async Task<IReadOnlyList<long>> CommittedAsync(string group, string topic, int partitions)
    {
        using var admin = Admin();
        var results = await admin.ListConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitions(group, [.. Partitions(topic, partitions)])]);
        return [.. results.Single().Partitions.OrderBy(static one => one.Partition.Value).Select(static one => one.Offset == Offset.Unset ? -1 : one.Offset.Value)];
    }

    /// <summary>How many partitions a topic has; 0 if there is no such topic.</summary>
    public int PartitionsOf(string topic)
    {
        using var admin = Admin();
        return admin.GetMetadata(topic, Limit).Topics.Single().Partitions.Count;
    }

    private static ConfigResource Resource(string topic) => new() { Type = ResourceType.Topic, Name = topic };

    private IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrapServers }).Build();
}
