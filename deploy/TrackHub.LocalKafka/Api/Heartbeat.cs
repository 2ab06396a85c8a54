using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Api;

/// <summary>Heartbeat, key 12: keeps a member's session and tells it of a rebalance.</summary>
/// <remarks>Versions 0 to 4.</remarks>
internal sealed class Heartbeat(GroupCoordinator groups) : IKafkaApi
{
    public ApiRange Range => new(ApiKey.Heartbeat, 0, 4, 4);

    public ValueTask AnswerAsync(KafkaRequest request, WireWriter response, CancellationToken stoppingToken)
    {
        var reader = request.Reader;
        var group = groups.Find(reader.String());
        var generation = reader.Int32();
        var memberId = reader.String();
        var instanceId = request.Version >= 3 ? reader.NullableString() : null;

        if (request.Version >= 1)
            response.Int32(0);   // throttle time
        response.Error(group?.Heartbeat(memberId, instanceId, generation) ?? ErrorCode.UnknownMemberId);
        response.Tags();
        return default;
    }
}
