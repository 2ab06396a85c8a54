using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>AlterConfigs, key 33: gives topics the settings named, and their defaults for all others.</summary>
internal sealed class AlterConfigs(ConfigChanges configs) : KafkaApi<AlterConfigsRequest, AlterConfigsResponse>
{
    protected override async ValueTask<AlterConfigsResponse> AnswerAsync(
        AlterConfigsRequest asked, KafkaRequest request, CancellationToken stoppingToken)
    {
        var repeated = ConfigChanges.Repeated(asked.Resources.Select(static resource => (resource.Type, resource.Name)));
        var response = new AlterConfigsResponse
        {
            Resources = asked.Resources.ConvertAll(resource =>
            {
                var (error, message) = repeated.Contains((resource.Type, resource.Name))
                    ? (ErrorCode.InvalidRequest, "The resource is named twice in one request.")
                    : configs.Apply(resource.Type, resource.Name, ChangesOf(resource), isWhole: true, asked.ValidateOnly);
                return new AlterConfigsResponse.Resource { Error = error, Message = message, Type = resource.Type, Name = resource.Name };
            }),
        };
        if (!await configs.DurableAsync())
        {
            foreach (var resource in response.Resources)
                resource.Error = resource.Error == ErrorCode.None ? ErrorCode.KafkaStorageError : resource.Error;
        }

        return response;
    }

    private static List<ConfigChange> ChangesOf(AlterConfigsRequest.Resource asked) =>
        asked.Settings.ConvertAll(static setting => new ConfigChange(setting.Name, ConfigOperation.Set, setting.Value));
}
