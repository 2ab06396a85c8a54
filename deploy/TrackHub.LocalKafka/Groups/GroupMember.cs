using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Groups;

/// <summary>An assignor a member can work with, and what it tells the leader for it (opaque to the broker).</summary>
internal sealed record MemberProtocol(string Name, byte[] Metadata);

/// <summary>What a member asks for when it joins.</summary>
/// <param name="MemberId">Empty for a member that has none yet.</param>
/// <param name="RequireKnownId">A new member is first given an id to come back with (KIP-394).</param>
internal sealed record JoinAsk(
    string MemberId,
    string? InstanceId,
    string ClientId,
    string ClientHost,
    TimeSpan SessionTimeout,
    TimeSpan RebalanceTimeout,
    string ProtocolType,
    List<MemberProtocol> Protocols,
    bool RequireKnownId);

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

/// <summary>One member of a group. Used under its group's lock.</summary>
internal sealed class GroupMember(string id, string? instanceId)
{
    public string Id { get; } = id;

    /// <summary>Name that stays over restarts of a static member (KIP-345), or null.</summary>
    public string? InstanceId { get; } = instanceId;

    public string ClientId { get; set; } = "";

    public string ClientHost { get; set; } = "";

    public TimeSpan SessionTimeout { get; set; }

    public TimeSpan RebalanceTimeout { get; set; }

    public List<MemberProtocol> Protocols { get; set; } = [];

    public byte[] Assignment { get; set; } = [];

    /// <summary>Timestamp of the group's clock at which the member counts as gone.</summary>
    public long SessionEnd { get; set; }

    /// <summary>Set while the member waits for the others to join.</summary>
    public TaskCompletionSource<JoinResult>? Joining { get; set; }

    /// <summary>Set while the member waits for the leader's assignment.</summary>
    public TaskCompletionSource<SyncResult>? Syncing { get; set; }

    /// <summary>A waiting member cannot send heartbeats.</summary>
    public bool IsWaiting => Joining is not null || Syncing is not null;

    /// <summary>What the member tells for the chosen protocol.</summary>
    public byte[] MetadataFor(string? protocol) => Protocols.Find(candidate => candidate.Name == protocol)?.Metadata ?? [];

    /// <summary>Whether a join brings nothing new.</summary>
    public bool HasSameProtocols(List<MemberProtocol> others) =>
        Protocols.Count == others.Count
        && Protocols.Zip(others).All(static pair =>
            pair.First.Name == pair.Second.Name && pair.First.Metadata.AsSpan().SequenceEqual(pair.Second.Metadata));

    /// <summary>Takes over what a join says.</summary>
    public void Update(JoinAsk ask)
    {
        ClientId = ask.ClientId;
        ClientHost = ask.ClientHost;
        SessionTimeout = ask.SessionTimeout;
        RebalanceTimeout = ask.RebalanceTimeout;
        Protocols = ask.Protocols;
    }

    public void AnswerJoin(JoinResult result)
    {
        Joining?.TrySetResult(result);
        Joining = null;
    }

    public void AnswerSync(SyncResult result)
    {
        Syncing?.TrySetResult(result);
        Syncing = null;
    }

    public StoredMember ToStored() =>
        new(Id, InstanceId, ClientId, ClientHost, SessionTimeout, RebalanceTimeout, Protocols, Assignment);

    public static GroupMember FromStored(StoredMember stored) => new(stored.Id, stored.InstanceId)
    {
        ClientId = stored.ClientId,
        ClientHost = stored.ClientHost,
        SessionTimeout = stored.SessionTimeout,
        RebalanceTimeout = stored.RebalanceTimeout,
        Protocols = stored.Protocols,
        Assignment = stored.Assignment,
    };
}
