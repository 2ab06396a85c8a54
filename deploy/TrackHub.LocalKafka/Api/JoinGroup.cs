using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>JoinGroup, key 11: waits until the group has gathered. See <see cref="Group"/>.</summary>
internal sealed class JoinGroup(GroupCoordinator groups) : KafkaApi<JoinGroupRequest, JoinGroupResponse>
{
    private const short RebalanceTimeoutFrom = 1;
    private const short KnownIdFrom = 4;
    private const short SkippedAssignmentFrom = 9;

    protected override async ValueTask<JoinGroupResponse> AnswerAsync(
        JoinGroupRequest asked, KafkaRequest request, CancellationToken stoppingToken)
    {
        var result = await groups.JoinAsync(asked.GroupId, AskOf(asked, request)).WaitAsync(stoppingToken);
        // A static member that returned is stored under its new id.
        if (result.Error == ErrorCode.None && !await groups.Store.DurableAsync())
            result = new JoinResult(ErrorCode.NotCoordinator, asked.MemberId);
        return new JoinGroupResponse
        {
            Error = result.Error,
            Generation = result.Generation,
            ProtocolType = result.ProtocolType,
            Protocol = result.Protocol,
            Leader = result.Leader,
            SkipAssignment = result.SkipAssignment,
            MemberId = result.MemberId,
            Members = result.Members.ConvertAll(static member => new JoinGroupResponse.Member
            {
                MemberId = member.Id,
                InstanceId = member.InstanceId,
                Metadata = member.Metadata,
            }),
        };
    }

    private static JoinAsk AskOf(JoinGroupRequest asked, KafkaRequest request) => new(
        asked.MemberId,
        asked.InstanceId,
        request.ClientId,
        request.ClientHost,
        TimeSpan.FromMilliseconds(asked.SessionTimeoutMs),
        TimeSpan.FromMilliseconds(request.Version >= RebalanceTimeoutFrom ? asked.RebalanceTimeoutMs : asked.SessionTimeoutMs),
        asked.ProtocolType,
        asked.Protocols.ConvertAll(static protocol => new MemberProtocol(protocol.Name, protocol.Metadata)),
        RequireKnownId: request.Version >= KnownIdFrom,
        CanSkipAssignment: request.Version >= SkippedAssignmentFrom);
}
