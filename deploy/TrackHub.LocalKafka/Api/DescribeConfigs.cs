using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Api;

/// <summary>DescribeConfigs, key 32: the settings of topics, set or default.</summary>
/// <remarks>Versions 0 to 4. The broker as a resource has no settings a client could read here: its list is empty.</remarks>
internal sealed class DescribeConfigs(TopicStore topics) : IKafkaApi
{
    private const sbyte TopicResource = 2;
    private const sbyte BrokerResource = 4;
    private const sbyte SourceTopic = 1;
    private const sbyte SourceDefault = 5;

    private sealed record Ask(sbyte Type, string Name, List<string>? Keys);

    public ApiRange Range => new(ApiKey.DescribeConfigs, 0, 4, 4);

    public ValueTask AnswerAsync(KafkaRequest request, WireWriter response, CancellationToken stoppingToken)
    {
        var reader = request.Reader;
        var version = request.Version;
        var asked = reader.Array(static reader =>
        {
            var ask = new Ask(reader.Int8(), reader.String(), reader.NullableArray(static reader => reader.String()));
            reader.Tags();
            return ask;
        });
        var withSynonyms = version >= 1 && reader.Bool();

        response.Int32(0);   // throttle time
        response.Array(asked, ask =>
        {
            var config = ask.Type == TopicResource ? topics.Find(ask.Name)?.Config : null;
            response.Error(ErrorOf(ask, config));
            response.String(null);   // error message
            response.Int8(ask.Type);
            response.String(ask.Name);
            var settings = TopicConfig.Known.Values
                .Where(setting => config is not null && (ask.Keys?.Contains(setting.Name) ?? true))
                .ToList();
            response.Array(settings, setting => Write(response, version, setting, config!, withSynonyms));
        });
        response.Tags();
        return default;
    }

    private static ErrorCode ErrorOf(Ask ask, TopicConfig? config) => ask.Type switch
    {
        TopicResource => config is null ? ErrorCode.UnknownTopicOrPartition : ErrorCode.None,
        BrokerResource => ErrorCode.None,
        _ => ErrorCode.InvalidRequest,
    };

    private static void Write(WireWriter response, short version, TopicSetting setting, TopicConfig config, bool withSynonyms)
    {
        var isSet = config.Values.ContainsKey(setting.Name);
        response.String(setting.Name);
        response.String(config[setting.Name]);
        response.Bool(false);   // read-only
        if (version == 0)
            response.Bool(!isSet);
        else
            response.Int8(isSet ? SourceTopic : SourceDefault);
        response.Bool(false);   // sensitive
        if (version >= 1)
        {
            List<(string Value, sbyte Source)> synonyms = [];
            if (withSynonyms && isSet)
                synonyms.Add((config[setting.Name], SourceTopic));
            if (withSynonyms)
                synonyms.Add((setting.Default, SourceDefault));
            response.Array(synonyms, synonym =>
            {
                response.String(setting.Name);
                response.String(synonym.Value);
                response.Int8(synonym.Source);
            });
        }

        if (version < 3)
            return;
        response.Int8(setting.Type);
        response.String(null);   // documentation
    }
}
