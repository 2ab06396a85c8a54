using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Api;

/// <summary>IncrementalAlterConfigs, key 44: sets or resets single settings of topics.</summary>
/// <remarks>Versions 0 to 1. Left out: append and subtract on lists, and resources other than topics.</remarks>
internal sealed class IncrementalAlterConfigs(TopicStore topics) : IKafkaApi
{
    private const sbyte TopicResource = 2;
    private const sbyte Set = 0;
    private const sbyte Delete = 1;

    private sealed record Change(string Name, sbyte Operation, string? Value);

    private sealed record Ask(sbyte Type, string Name, List<Change> Changes);

    public ApiRange Range => new(ApiKey.IncrementalAlterConfigs, 0, 1, 1);

    public ValueTask AnswerAsync(KafkaRequest request, WireWriter response, CancellationToken stoppingToken)
    {
        var reader = request.Reader;
        var asked = reader.Array(static reader =>
        {
            var ask = new Ask(reader.Int8(), reader.String(), reader.Array(static reader =>
            {
                var change = new Change(reader.String(), reader.Int8(), reader.NullableString());
                reader.Tags();
                return change;
            }));
            reader.Tags();
            return ask;
        });
        var validateOnly = reader.Bool();

        response.Int32(0);   // throttle time
        response.Array(asked, ask =>
        {
            var (error, message) = Alter(ask, validateOnly);
            response.Error(error);
            response.String(message);
            response.Int8(ask.Type);
            response.String(ask.Name);
        });
        response.Tags();
        return default;
    }

    private (ErrorCode Error, string? Message) Alter(Ask ask, bool validateOnly)
    {
        if (ask.Type != TopicResource)
            return (ErrorCode.InvalidRequest, "Only topics have settings that can be changed.");
        if (topics.Find(ask.Name) is not { } topic)
            return (ErrorCode.UnknownTopicOrPartition, null);

        var config = new Dictionary<string, string>(topic.Record.Config);
        foreach (var (name, operation, value) in ask.Changes)
        {
            if (operation is not (Set or Delete))
                return (ErrorCode.InvalidRequest, $"Operation {operation} is not offered; set {name} to its whole value.");
            if (TopicConfig.FindFault(name, operation == Delete ? TopicConfig.Known.GetValueOrDefault(name)?.Default : value) is { } fault)
                return (ErrorCode.InvalidConfig, fault);
            if (operation == Delete)
                config.Remove(name);
            else
                config[name] = value!;
        }

        if (!validateOnly)
            topics.Change(ask.Name, partitions: null, config);
        return (ErrorCode.None, null);
    }
}
