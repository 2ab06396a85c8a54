namespace TrackHub.LocalKafka.Groups;

/// <summary>Who belongs to a group, by member id and by static instance id; what all of them can work with, and who leads.</summary>
/// <remarks>Used under its group's lock.</remarks>
internal sealed class GroupMembers
{
    private readonly Dictionary<string, GroupMember> _byId = [];
    private readonly Dictionary<string, GroupMember> _byInstance = [];

    public int Count => _byId.Count;

    /// <summary>All members in no order.</summary>
    public IReadOnlyCollection<GroupMember> All => _byId.Values;

    /// <summary>Id of the member that divides the partitions; null without members.</summary>
    public string? Leader { get; private set; }

    /// <summary>The member of that id, or null.</summary>
    public GroupMember? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>The static member of that instance id, or null.</summary>
    public GroupMember? FindStatic(string? instanceId) => instanceId is null ? null : _byInstance.GetValueOrDefault(instanceId);

    public void Add(GroupMember member)
    {
        _byId.Add(member.Id, member);
        if (member.InstanceId is { } instance)
            _byInstance.Add(instance, member);
        Leader ??= member.Id;
    }

    public void Remove(GroupMember member)
    {
        _byId.Remove(member.Id);
        if (member.InstanceId is { } instance)
            _byInstance.Remove(instance);
        if (Leader == member.Id)
            Leader = _byId.Keys.FirstOrDefault();
    }

    /// <summary>Puts one static member in the place of another of the same instance id, leadership included.</summary>
    public void Swap(GroupMember former, GroupMember successor)
    {
        var leads = Leader == former.Id;
        Remove(former);
        Add(successor);
        if (leads)
            Leader = successor.Id;
    }

    /// <summary>Takes over a stored generation.</summary>
    public void Restore(StoredGroup stored)
    {
        foreach (var member in stored.Members.Select(GroupMember.FromStored))
            Add(member);
        if (stored.Leader is { } leader && _byId.ContainsKey(leader))
            Leader = leader;
    }

    /// <summary>Makes sure that a member that waits to join leads; false if none does.</summary>
    public bool TryElectLeader()
    {
        if (Leader is null || _byId[Leader].Joining is null)
            Leader = All.FirstOrDefault(static member => member.Joining is not null)?.Id ?? Leader;
        return Leader is not null && _byId[Leader].Joining is not null;
    }

    /// <summary>Whether every member can work with one of these assignors.</summary>
    public bool Knows(List<MemberProtocol> protocols) => protocols.Exists(protocol => All.All(member => member.Knows(protocol.Name)));

    /// <summary>Each member votes for the first of its assignors that all know; the most votes win. Null without a common one.</summary>
    public string? Vote()
    {
        var common = All.FirstOrDefault()?.Protocols.Select(static protocol => protocol.Name).ToHashSet() ?? [];
        foreach (var member in All)
            common.IntersectWith(member.Protocols.Select(static protocol => protocol.Name));
        return All
            .Select(member => member.Protocols.Find(protocol => common.Contains(protocol.Name))?.Name)
            .GroupBy(static name => name)
            .MaxBy(static votes => votes.Count())?.Key;
    }
}
