using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>LeaveGroup, key 13: removes members at once, without waiting for their sessions.</summary>
/// <remarks>From version 3 on several members, also static ones by instance id (KIP-345).</remarks>
internal sealed class LeaveGroup(GroupCoordinator groups) : KafkaApi<LeaveGroupRequest, LeaveGroupResponse>
{
    private const short SeveralMembersFrom = 3;

    protected override ValueTask<LeaveGroupResponse> AnswerAsync(
        LeaveGroupRequest asked, KafkaRequest request, CancellationToken stoppingToken)
    {
        var group = groups.Find(asked.GroupId);
        ErrorCode Leave(string memberId, string? instanceId) => group?.Leave(memberId, instanceId) ?? GroupCoordinator.Missing(asked.GroupId);

        return ValueTask.FromResult(request.Version < SeveralMembersFrom
            ? new LeaveGroupResponse { Error = Leave(asked.MemberId, instanceId: null) }
            : new LeaveGroupResponse
            {
                Members = asked.Members.ConvertAll(member => new LeaveGroupResponse.Member
                {
                    MemberId = member.MemberId,
                    InstanceId = member.InstanceId,
                    Error = Leave(member.MemberId, member.InstanceId),
                }),
            });
    }
}
