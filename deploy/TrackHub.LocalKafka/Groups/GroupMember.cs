namespace TrackHub.LocalKafka.Groups;

/// <summary>One member of a group. Used under its group's lock.</summary>
internal sealed class GroupMember(string id, string? instanceId)
{
    public string Id { get; } = id;

    /// <summary>Name that stays over restarts of a static member (KIP-345), or null.</summary>
    public string? InstanceId { get; } = instanceId;

    public string ClientId { get; private set; } = "";

    public string ClientHost { get; private set; } = "";

    public TimeSpan SessionTimeout { get; private set; }

    public TimeSpan RebalanceTimeout { get; private set; }

    public List<MemberProtocol> Protocols { get; private set; } = [];

    public byte[] Assignment { get; set; } = [];

    /// <summary>Timestamp of the group's clock at which the member counts as gone.</summary>
    public long SessionEnd { get; set; }

    /// <summary>The member was in no generation yet: it may not know its id, so it may be gone while it seems to wait.</summary>
    public bool IsNew { get; set; }

    /// <summary>The member asked for its share of the running generation.</summary>
    public bool HasSynced { get; set; }

    /// <summary>Set while the member waits for the others to join.</summary>
    public TaskCompletionSource<JoinResult>? Joining { get; set; }

    /// <summary>Set while the member waits for the leader's assignment.</summary>
    public TaskCompletionSource<SyncResult>? Syncing { get; set; }

    /// <summary>Whether its session runs: a waiting member cannot send heartbeats, but a new one must not wait for ever.</summary>
    public bool CanExpire => IsNew || (Joining is null && Syncing is null);

    /// <summary>What the member tells for the chosen protocol.</summary>
    public byte[] MetadataFor(string? protocol) => Protocols.Find(candidate => candidate.Name == protocol)?.Metadata ?? [];

    public bool Knows(string protocol) => Protocols.Exists(candidate => candidate.Name == protocol);

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

    /// <summary>The same static member under the id it is given when it returns.</summary>
    public GroupMember ReturnedAs(string newId) =>
        new(newId, InstanceId) { Assignment = Assignment, SessionEnd = SessionEnd, IsNew = IsNew, HasSynced = HasSynced };

    public void AnswerJoin(JoinResult result)
    {
        Joining?.TrySetResult(result);
        Joining = null;
    }

    /// <summary>Answers the member if it waits for its share; false if it doesn't.</summary>
    public bool AnswerSync(SyncResult result)
    {
        if (Syncing is not { } syncing)
            return false;

        Syncing = null;
        return syncing.TrySetResult(result);
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
        HasSynced = true,
    };
}
