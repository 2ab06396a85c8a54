using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>IncrementalAlterConfigs, key 44: sets or resets single settings of topics.</summary>
/// <remarks>Left out: append and subtract on lists, and resources other than topics.</remarks>
internal sealed class IncrementalAlterConfigs(TopicStore topics) : KafkaApi<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>
{
    private const sbyte TopicResource = 2;
    private const sbyte Set = 0;
    private const sbyte Delete = 1;

    protected override ValueTask<IncrementalAlterConfigsResponse> AnswerAsync(
        IncrementalAlterConfigsRequest asked, KafkaRequest request, CancellationToken stoppingToken) =>
        ValueTask.FromResult(new IncrementalAlterConfigsResponse
        {
            Resources = asked.Resources.ConvertAll(resource =>
            {
                var (error, message) = Alter(resource, asked.ValidateOnly);
                return new IncrementalAlterConfigsResponse.Resource
                {
                    Error = error,
                    Message = message,
                    Type = resource.Type,
                    Name = resource.Name,
                };
            }),
        });

    private (ErrorCode Error, string? Message) Alter(IncrementalAlterConfigsRequest.Resource asked, bool validateOnly)
    {
        if (asked.Type != TopicResource)
            return (ErrorCode.InvalidRequest, "Only topics have settings that can be changed.");
        if (topics.Find(asked.Name) is not { } topic)
            return (ErrorCode.UnknownTopicOrPartition, null);

        var config = new Dictionary<string, string>(topic.Record.Config);
        foreach (var change in asked.Changes)
        {
            if (change.Operation is not (Set or Delete))
                return (ErrorCode.InvalidRequest, $"Operation {change.Operation} is not offered; set {change.Name} to its whole value.");

            var value = change.Operation == Set ? change.Value : TopicConfig.Known.GetValueOrDefault(change.Name)?.Default;
            if (TopicConfig.FindFault(change.Name, value) is { } fault)
                return (ErrorCode.InvalidConfig, fault);
            if (change.Operation == Set)
                config[change.Name] = value!;
            else
                config.Remove(change.Name);
        }

        try
        {
            if (!validateOnly)
                topics.Change(asked.Name, partitions: null, config);
            return (ErrorCode.None, null);
        }
        catch (IOException)
        {
            return (ErrorCode.KafkaStorageError, "The disk refused the write.");
        }
    }
}
