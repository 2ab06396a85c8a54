using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Api;

/// <summary>DescribeGroups, key 15: state, protocol and members of groups; an unknown one is "Dead", as in Kafka.</summary>
/// <remarks>Versions 0 to 5. Left out: authorized operations.</remarks>
internal sealed class DescribeGroups(GroupCoordinator groups) : IKafkaApi
{
    public ApiRange Range => new(ApiKey.DescribeGroups, 0, 5, 5);

    public ValueTask AnswerAsync(KafkaRequest request, WireWriter response, CancellationToken stoppingToken)
    {
        var version = request.Version;
        var asked = request.Reader.Array(static reader => reader.String());

        if (version >= 1)
            response.Int32(0);   // throttle time
        response.Array(asked, id =>
        {
            var (state, protocolType, protocol, members) = groups.Find(id)?.Describe() ?? (GroupState.Dead, "", "", []);
            response.Error(ErrorCode.None);
            response.String(id);
            response.String(state.ToString());
            response.String(protocolType);
            response.String(protocol);
            response.Array(members, member => Write(response, version, protocol, member));
            if (version >= 3)
                response.Int32(BrokerIdentity.OperationsUnknown);
        });
        response.Tags();
        return default;
    }

    private static void Write(WireWriter response, short version, string protocol, StoredMember member)
    {
        response.String(member.Id);
        if (version >= 4)
            response.String(member.InstanceId);
        response.String(member.ClientId);
        response.String(member.ClientHost);
        response.Bytes(member.Protocols.Find(candidate => candidate.Name == protocol)?.Metadata ?? []);
        response.Bytes(member.Assignment);
    }
}
