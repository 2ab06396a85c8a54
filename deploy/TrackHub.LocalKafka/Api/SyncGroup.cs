using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Api;

/// <summary>SyncGroup, key 14: the leader hands in everyone's share, each member gets its own.</summary>
/// <remarks>Versions 0 to 5.</remarks>
internal sealed class SyncGroup(GroupCoordinator groups) : IKafkaApi
{
    public ApiRange Range => new(ApiKey.SyncGroup, 0, 5, 4);

    public async ValueTask AnswerAsync(KafkaRequest request, WireWriter response, CancellationToken stoppingToken)
    {
        var reader = request.Reader;
        var version = request.Version;
        var group = groups.Find(reader.String());
        var generation = reader.Int32();
        var memberId = reader.String();
        var instanceId = version >= 3 ? reader.NullableString() : null;
        var protocolType = version >= 5 ? reader.NullableString() : null;
        var protocol = version >= 5 ? reader.NullableString() : null;
        var assignments = new Dictionary<string, byte[]>();
        reader.Array(reader =>
        {
            assignments[reader.String()] = reader.CopiedBytes();
            reader.Tags();
            return 0;
        });

        var result = group is null
            ? SyncResult.Refused(ErrorCode.UnknownMemberId)
            : await group.SyncAsync(memberId, instanceId, generation, protocolType, protocol, assignments).WaitAsync(stoppingToken);

        if (version >= 1)
            response.Int32(0);   // throttle time
        response.Error(result.Error);
        if (version >= 5)
        {
            response.String(result.ProtocolType);
            response.String(result.Protocol);
        }

        response.Bytes(result.Assignment);
        response.Tags();
    }
}
