using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Groups;

/// <summary>A consumer as its group sees it: what it was told, and what it waits for.</summary>
internal sealed class GroupClient(string? instanceId, bool requiresKnownId)
{
    private List<(string Id, string? InstanceId, byte[] Metadata)> _toDivide = [];
    private byte _divisions;

    public string? InstanceId => instanceId;

    public string MemberId { get; private set; } = "";

    public int Generation { get; private set; } = -1;

    public string Key => instanceId ?? MemberId;

    public Task<JoinResult>? Joining { get; set; }

    public Task<SyncResult>? Syncing { get; set; }

    public JoinAsk Ask(int amount) => GroupLab.Ask(MemberId, instanceId) with
    {
        RequireKnownId = requiresKnownId,
        CanSkipAssignment = amount % 2 == 0,
        Protocols = [new MemberProtocol("range", [(byte)(amount % 7 == 0 ? 1 : 0)])],
    };

    /// <summary>The shares it gives as leader, no two alike; now and then it leaves a member out.</summary>
    public List<(string Id, string Key, byte[] Bytes)> Divide(int amount)
    {
        _divisions++;
        return _toDivide
            .Skip(amount % 5 == 0 ? 1 : 0)
            .Select((member, i) => (member.Id, member.InstanceId ?? member.Id, new[] { (byte)Generation, (byte)i, _divisions }))
            .ToList();
    }

    public void Forget() => (MemberId, Generation, Joining, Syncing, _toDivide) = ("", -1, null, null, []);

    /// <summary>Takes in what was answered; returns the share if that was it.</summary>
    public byte[]? Learn()
    {
        if (Joining is { IsCompleted: true } joining)
        {
            Joining = null;
            Learn(joining.GetAwaiter().GetResult());
        }

        if (Syncing is not { IsCompleted: true } syncing)
            return null;

        Syncing = null;
        var synced = syncing.GetAwaiter().GetResult();
        if (synced.Error is ErrorCode.UnknownMemberId or ErrorCode.FencedInstanceId)
            Forget();
        return synced.Error == ErrorCode.None ? synced.Assignment : null;
    }

    private void Learn(JoinResult joined)
    {
        switch (joined.Error)
        {
            case ErrorCode.None:
                (MemberId, Generation, _toDivide) = (joined.MemberId, joined.Generation, joined.SkipAssignment ? [] : joined.Members);
                break;
            case ErrorCode.MemberIdRequired:
                (MemberId, Generation) = (joined.MemberId, -1);
                break;
            case ErrorCode.UnknownMemberId or ErrorCode.FencedInstanceId:
                Forget();
                break;
            default:
                joined.Error.ShouldBeOneOf(ErrorCode.RebalanceInProgress, ErrorCode.NotCoordinator);
                break;
        }
    }
}
