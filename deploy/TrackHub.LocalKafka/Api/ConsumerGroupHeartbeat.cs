using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>ConsumerGroupHeartbeat, key 68: refuses groups of KIP-848, as a Kafka does that has them switched off.</summary>
/// <remarks>Left out: all else; so it is not advertised, and comes only from clients that ask without looking.</remarks>
internal sealed class ConsumerGroupHeartbeat : IKafkaApi
{
    public ApiRange Range => new(ApiKey.ConsumerGroupHeartbeat, 0, 1, FlexibleFrom: 0);

    public bool IsAdvertised => false;

    public ValueTask AnswerAsync(KafkaRequest request, WireWriter response, CancellationToken stoppingToken)
    {
        response.Message(new ConsumerGroupHeartbeatResponse
        {
            Error = ErrorCode.UnsupportedVersion,
            Message = "groups of KIP-848 are not offered by this broker, set group.protocol=classic",
        });
        return ValueTask.CompletedTask;
    }
}
