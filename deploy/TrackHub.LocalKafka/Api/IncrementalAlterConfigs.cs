using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>IncrementalAlterConfigs, key 44: changes single settings of topics and leaves the others (KIP-339).</summary>
internal sealed class IncrementalAlterConfigs(ConfigChanges configs) : KafkaApi<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>
{
    protected override async ValueTask<IncrementalAlterConfigsResponse> AnswerAsync(
        IncrementalAlterConfigsRequest asked, KafkaRequest request, CancellationToken stoppingToken)
    {
        var repeated = ConfigChanges.Repeated(asked.Resources.Select(static resource => (resource.Type, resource.Name)));
        var response = new IncrementalAlterConfigsResponse
        {
            Resources = asked.Resources.ConvertAll(resource =>
            {
                var (error, message) = repeated.Contains((resource.Type, resource.Name))
                    ? (ErrorCode.InvalidRequest, "The resource is named twice in one request.")
                    : configs.Apply(resource.Type, resource.Name, ChangesOf(resource), isWhole: false, asked.ValidateOnly);
                return new IncrementalAlterConfigsResponse.Resource
                {
                    Error = error,
                    Message = message,
                    Type = resource.Type,
                    Name = resource.Name,
                };
            }),
        };
        if (!await configs.DurableAsync())
        {
            foreach (var resource in response.Resources)
                resource.Error = resource.Error == ErrorCode.None ? ErrorCode.KafkaStorageError : resource.Error;
        }

        return response;
    }

    private static List<ConfigChange> ChangesOf(IncrementalAlterConfigsRequest.Resource asked) =>
        asked.Changes.ConvertAll(static change => new ConfigChange(change.Name, (ConfigOperation)change.Operation, change.Value));
}
