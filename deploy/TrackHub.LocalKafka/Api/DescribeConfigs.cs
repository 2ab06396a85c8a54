using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>DescribeConfigs, key 32: the settings of topics, set or default.</summary>
/// <remarks>The broker as a resource has no settings a client could read here: its list is empty.</remarks>
internal sealed class DescribeConfigs(TopicStore topics) : KafkaApi<DescribeConfigsRequest, DescribeConfigsResponse>
{
    private const sbyte TopicResource = 2;
    private const sbyte BrokerResource = 4;
    private const sbyte SourceTopic = 1;
    private const sbyte SourceDefault = 5;

    protected override ValueTask<DescribeConfigsResponse> AnswerAsync(
        DescribeConfigsRequest asked, KafkaRequest request, CancellationToken stoppingToken) =>
        ValueTask.FromResult(new DescribeConfigsResponse
        {
            Resources = asked.Resources
                .DistinctBy(static resource => (resource.Type, resource.Name))   // or a small request would ask for a huge answer
                .Select(resource => Describe(resource, asked.IncludeSynonyms))
                .ToList(),
        });

    private DescribeConfigsResponse.Resource Describe(DescribeConfigsRequest.Resource asked, bool withSynonyms)
    {
        var config = asked.Type == TopicResource ? topics.Find(asked.Name)?.Config : null;
        return new DescribeConfigsResponse.Resource
        {
            Error = ErrorOf(asked.Type, config),
            Type = asked.Type,
            Name = asked.Name,
            Settings = TopicConfig.Known.Values
                .Where(setting => config is not null && (asked.Keys?.Contains(setting.Name) ?? true))
                .Select(setting => Describe(setting, config!, withSynonyms))
                .ToList(),
        };
    }

    private static ErrorCode ErrorOf(sbyte type, TopicConfig? config) => type switch
    {
        TopicResource => config is null ? ErrorCode.UnknownTopicOrPartition : ErrorCode.None,
        BrokerResource => ErrorCode.None,
        _ => ErrorCode.InvalidRequest,
    };

    private static DescribeConfigsResponse.Setting Describe(TopicSetting setting, TopicConfig config, bool withSynonyms)
    {
        var isSet = config.Values.ContainsKey(setting.Name);
        var described = new DescribeConfigsResponse.Setting
        {
            Name = setting.Name,
            Value = config[setting.Name],
            IsDefault = !isSet,
            Source = isSet ? SourceTopic : SourceDefault,
            Type = setting.Type,
        };
        if (withSynonyms && isSet)
            described.Synonyms.Add(new() { Name = setting.Name, Value = config[setting.Name], Source = SourceTopic });
        if (withSynonyms)
            described.Synonyms.Add(new() { Name = setting.Name, Value = setting.Default, Source = SourceDefault });
        return described;
    }
}
