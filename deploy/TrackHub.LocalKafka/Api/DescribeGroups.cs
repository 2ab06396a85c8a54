using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>DescribeGroups, key 15: state, protocol and members of groups; an unknown one is "Dead", as in Kafka.</summary>
/// <remarks>Left out: authorized operations.</remarks>
internal sealed class DescribeGroups(GroupCoordinator groups) : KafkaApi<DescribeGroupsRequest, DescribeGroupsResponse>
{
    protected override ValueTask<DescribeGroupsResponse> AnswerAsync(
        DescribeGroupsRequest asked, KafkaRequest request, CancellationToken stoppingToken) =>
        ValueTask.FromResult(new DescribeGroupsResponse { Groups = asked.Groups.Distinct().Select(Describe).ToList() });

    private DescribeGroupsResponse.Group Describe(string id)
    {
        var (state, protocolType, protocol, members) = groups.Find(id)?.Describe() ?? GroupDescription.Unknown;
        return new DescribeGroupsResponse.Group
        {
            GroupId = id,
            State = state.ToString(),
            ProtocolType = protocolType,
            Protocol = protocol,
            Members = members.ConvertAll(member => new DescribeGroupsResponse.Member
            {
                MemberId = member.Id,
                InstanceId = member.InstanceId,
                ClientId = member.ClientId,
                ClientHost = member.ClientHost,
                Metadata = member.Protocols.Find(candidate => candidate.Name == protocol)?.Metadata ?? [],
                Assignment = member.Assignment,
            }),
        };
    }
}
