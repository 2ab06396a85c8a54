using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Groups;

/// <summary>An assignor a member can work with, and what it tells the leader for it (opaque to the broker).</summary>
internal sealed record MemberProtocol(string Name, byte[] Metadata);

/// <summary>What a member asks for when it joins.</summary>
/// <param name="MemberId">Empty for a member that has none yet.</param>
/// <param name="RequireKnownId">A new member is first given an id to come back with (KIP-394).</param>
/// <param name="CanSkipAssignment">A returned static leader understands that it leads and must not assign (KIP-814).</param>
internal sealed record JoinAsk(
    string MemberId,
    string? InstanceId,
    string ClientId,
    string ClientHost,
    TimeSpan SessionTimeout,
    TimeSpan RebalanceTimeout,
    string ProtocolType,
    List<MemberProtocol> Protocols,
    bool RequireKnownId,
    bool CanSkipAssignment);

/// <summary>Answer to a join; <see cref="Members"/> is filled for the leader only.</summary>
internal sealed record JoinResult(ErrorCode Error, string MemberId)
{
    public int Generation { get; init; } = -1;

    public string? ProtocolType { get; init; }

    public string? Protocol { get; init; }

    public string Leader { get; init; } = "";

    /// <summary>A returned static leader keeps its running assignment (KIP-814).</summary>
    public bool SkipAssignment { get; init; }

    public List<(string Id, string? InstanceId, byte[] Metadata)> Members { get; init; } = [];
}

/// <summary>Answer to a sync: the member's share.</summary>
internal sealed record SyncResult(ErrorCode Error, byte[] Assignment, string? ProtocolType = null, string? Protocol = null)
{
    public static SyncResult Refused(ErrorCode error) => new(error, []);
}

/// <summary>A group as it is at one moment.</summary>
/// <param name="Protocol">The chosen assignor; empty unless the group is stable.</param>
/// <param name="Members">With metadata and assignment only if the group is stable.</param>
internal sealed record GroupDescription(GroupState State, string ProtocolType, string Protocol, List<StoredMember> Members)
{
    /// <summary>What Kafka answers for a group that isn't there.</summary>
    public static readonly GroupDescription Unknown = new(GroupState.Dead, "", "", []);
}
