using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Api;

/// <summary>JoinGroup, key 11: waits until the group has gathered. See <see cref="Group"/>.</summary>
/// <remarks>Versions 0 to 9.</remarks>
internal sealed class JoinGroup(GroupCoordinator groups) : IKafkaApi
{
    public ApiRange Range => new(ApiKey.JoinGroup, 0, 9, 6);

    public async ValueTask AnswerAsync(KafkaRequest request, WireWriter response, CancellationToken stoppingToken)
    {
        var version = request.Version;
        var (group, ask) = Read(request);
        var result = await groups.JoinAsync(group, ask).WaitAsync(stoppingToken);

        if (version >= 2)
            response.Int32(0);   // throttle time
        response.Error(result.Error);
        response.Int32(result.Generation);
        if (version >= 7)
            response.String(result.ProtocolType);
        response.String(version >= 7 ? result.Protocol : result.Protocol ?? "");
        response.String(result.Leader);
        if (version >= 9)
            response.Bool(result.SkipAssignment);
        response.String(result.MemberId);
        response.Array(result.Members, member =>
        {
            response.String(member.Id);
            if (version >= 5)
                response.String(member.InstanceId);
            response.Bytes(member.Metadata);
        });
        response.Tags();
    }

    private static (string Group, JoinAsk Ask) Read(KafkaRequest request)
    {
        var reader = request.Reader;
        var version = request.Version;
        var group = reader.String();
        var sessionTimeout = TimeSpan.FromMilliseconds(reader.Int32());
        var rebalanceTimeout = version >= 1 ? TimeSpan.FromMilliseconds(reader.Int32()) : sessionTimeout;
        var memberId = reader.String();
        var instanceId = version >= 5 ? reader.NullableString() : null;
        var protocolType = reader.String();
        var protocols = reader.Array(static reader =>
        {
            var protocol = new MemberProtocol(reader.String(), reader.CopiedBytes());
            reader.Tags();
            return protocol;
        });
        return (group, new JoinAsk(
            memberId, instanceId, request.ClientId, request.ClientHost, sessionTimeout, rebalanceTimeout, protocolType, protocols,
            RequireKnownId: version >= 4));
    }
}
