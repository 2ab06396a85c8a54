using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>Heartbeat, key 12: keeps a member's session and tells it of a rebalance.</summary>
internal sealed class Heartbeat(GroupCoordinator groups) : KafkaApi<HeartbeatRequest, HeartbeatResponse>
{
    protected override ValueTask<HeartbeatResponse> AnswerAsync(
        HeartbeatRequest asked, KafkaRequest request, CancellationToken stoppingToken)
    {
        var group = groups.Find(asked.GroupId);
        return ValueTask.FromResult(new HeartbeatResponse
        {
            Error = group?.Heartbeat(asked.MemberId, asked.InstanceId, asked.Generation) ?? GroupCoordinator.Missing(asked.GroupId),
        });
    }
}
