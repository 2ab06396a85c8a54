using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>SyncGroup, key 14: the leader hands in everyone's share, each member gets its own.</summary>
internal sealed class SyncGroup(GroupCoordinator groups) : KafkaApi<SyncGroupRequest, SyncGroupResponse>
{
    private const short ProtocolFrom = 5;

    protected override async ValueTask<SyncGroupResponse> AnswerAsync(
        SyncGroupRequest asked, KafkaRequest request, CancellationToken stoppingToken)
    {
        var shares = new Dictionary<string, byte[]>();
        foreach (var share in asked.Assignments)
            shares[share.MemberId] = share.Assignment;

        var result = await SyncAsync(asked, request.Version, shares).WaitAsync(stoppingToken);
        if (result.Error == ErrorCode.None && !await groups.Store.DurableAsync())
            result = SyncResult.Refused(ErrorCode.NotCoordinator);
        return new SyncGroupResponse
        {
            Error = result.Error,
            ProtocolType = result.ProtocolType,
            Protocol = result.Protocol,
            Assignment = result.Assignment,
        };
    }

    private Task<SyncResult> SyncAsync(SyncGroupRequest asked, short version, Dictionary<string, byte[]> shares)
    {
        // From version 5 on a member says which protocol it syncs for (KIP-559).
        if (version >= ProtocolFrom && (asked.ProtocolType is null || asked.Protocol is null))
            return Task.FromResult(SyncResult.Refused(ErrorCode.InconsistentGroupProtocol));

        return groups.Find(asked.GroupId)
            ?.SyncAsync(asked.MemberId, asked.InstanceId, asked.Generation, asked.ProtocolType, asked.Protocol, shares)
            ?? Task.FromResult(SyncResult.Refused(GroupCoordinator.Missing(asked.GroupId)));
    }
}
