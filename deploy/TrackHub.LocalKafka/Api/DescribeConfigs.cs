using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>DescribeConfigs, key 32: the settings of topics, set or default, and those of the broker, read-only.</summary>
/// <remarks>Left out: documentation.</remarks>
internal sealed class DescribeConfigs(TopicStore topics, LocalKafkaOptions options)
    : KafkaApi<DescribeConfigsRequest, DescribeConfigsResponse>
{
    private const sbyte SourceTopic = 1;
    private const sbyte SourceBroker = 4;
    private const sbyte SourceDefault = 5;

    protected override ValueTask<DescribeConfigsResponse> AnswerAsync(
        DescribeConfigsRequest asked, KafkaRequest request, CancellationToken stoppingToken) =>
        ValueTask.FromResult(new DescribeConfigsResponse
        {
            Resources = asked.Resources
                .DistinctBy(static resource => (resource.Type, resource.Name))   // or a small request would ask for a huge answer
                .Select(resource => Describe(resource, asked.IncludeSynonyms, request.Broker))
                .ToList(),
        });

    private DescribeConfigsResponse.Resource Describe(DescribeConfigsRequest.Resource asked, bool withSynonyms, BrokerIdentity broker)
    {
        var described = new DescribeConfigsResponse.Resource { Type = asked.Type, Name = asked.Name };
        switch (asked.Type)
        {
            case ConfigResource.Topic when topics.Find(asked.Name) is { } topic:
                described.Settings = TopicConfig.Known.Values.Select(setting => Describe(setting, topic.Config)).ToList();
                break;
            case ConfigResource.Topic:
                described.Error = ErrorCode.UnknownTopicOrPartition;
                break;
            case ConfigResource.Broker when ConfigResource.FindBrokerFault(asked.Name) is { } fault:
                (described.Error, described.Message) = (ErrorCode.InvalidRequest, fault);
                break;
            case ConfigResource.Broker when asked.Name.Length > 0:   // the empty name is for settings of all brokers: there are none
                described.Settings = BrokerSettings.Of(broker, options).ConvertAll(Describe);
                break;
            case ConfigResource.Broker:
                break;
            default:
                (described.Error, described.Message) = (ErrorCode.InvalidRequest, $"Resources of type {asked.Type} have no settings here.");
                break;
        }

        if (asked.Keys is { } keys)
            described.Settings.RemoveAll(setting => !keys.Contains(setting.Name));
        if (!withSynonyms)
            described.Settings.ForEach(static setting => setting.Synonyms = []);
        return described;
    }

    private static DescribeConfigsResponse.Setting Describe(TopicSetting setting, TopicConfig config)
    {
        var isSet = config.Values.ContainsKey(setting.Name);
        var standard = new DescribeConfigsResponse.Synonym { Name = setting.Name, Value = setting.Default, Source = SourceDefault };
        return new DescribeConfigsResponse.Setting
        {
            Name = setting.Name,
            Value = config[setting.Name],
            IsDefault = !isSet,
            Source = isSet ? SourceTopic : SourceDefault,
            Type = setting.Type,
            Synonyms = isSet ? [new() { Name = setting.Name, Value = config[setting.Name], Source = SourceTopic }, standard] : [standard],
        };
    }

    private static DescribeConfigsResponse.Setting Describe(BrokerSetting setting)
    {
        var source = setting.IsDefault ? SourceDefault : SourceBroker;
        return new DescribeConfigsResponse.Setting
        {
            Name = setting.Name,
            Value = setting.Value,
            IsReadOnly = true,
            IsDefault = setting.IsDefault,
            Source = source,
            Type = setting.Type,
            Synonyms = [new() { Name = setting.Name, Value = setting.Value, Source = source }],
        };
    }
}
