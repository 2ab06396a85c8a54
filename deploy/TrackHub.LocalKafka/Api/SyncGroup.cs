using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>SyncGroup, key 14: the leader hands in everyone's share, each member gets its own.</summary>
internal sealed class SyncGroup(GroupCoordinator groups) : KafkaApi<SyncGroupRequest, SyncGroupResponse>
{
    protected override async ValueTask<SyncGroupResponse> AnswerAsync(
        SyncGroupRequest asked, KafkaRequest request, CancellationToken stoppingToken)
    {
        var shares = new Dictionary<string, byte[]>();
        foreach (var share in asked.Assignments)
            shares[share.MemberId] = share.Assignment;

        var result = groups.Find(asked.GroupId) is { } group
            ? await group
                .SyncAsync(asked.MemberId, asked.InstanceId, asked.Generation, asked.ProtocolType, asked.Protocol, shares)
                .WaitAsync(stoppingToken)
            : SyncResult.Refused(ErrorCode.UnknownMemberId);
        return new SyncGroupResponse
        {
            Error = result.Error,
            ProtocolType = result.ProtocolType,
            Protocol = result.Protocol,
            Assignment = result.Assignment,
        };
    }
}
