using System.Collections.Concurrent;
using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Groups;

/// <summary>All consumer groups: finds the one a request is about and creates it on a first join or commit.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class GroupCoordinator : IDisposable
{
    /// <summary>Kafka's group.max.session.timeout.ms.</summary>
    private static readonly TimeSpan MaxSessionTimeout = TimeSpan.FromMinutes(30);

    private readonly ConcurrentDictionary<string, Group> _groups = new();
    private readonly LocalKafkaOptions _options;
    private readonly TimeProvider _clock;

    public GroupCoordinator(GroupStore store, LocalKafkaOptions options, TimeProvider clock)
    {
        Store = store;
        _options = options;
        _clock = clock;
        foreach (var id in store.GroupIds)
            Open(id);
    }

    /// <summary>What is stored of the groups.</summary>
    public GroupStore Store { get; }

    /// <summary>Groups by id, in no order.</summary>
    public IEnumerable<KeyValuePair<string, Group>> Groups => _groups;

    /// <summary>The group, or null.</summary>
    public Group? Find(string id) => _groups.GetValueOrDefault(id);

    /// <summary>The group, created if there is none.</summary>
    public Group Open(string id) =>
        _groups.GetOrAdd(id, static (id, self) => new Group(id, self.Store, self._clock, self._options.GroupInitialRebalanceDelay), this);

    /// <summary>Joins a member, see <see cref="Group.JoinAsync"/>.</summary>
    public Task<JoinResult> JoinAsync(string id, JoinAsk ask)
    {
        if (id.Length == 0)
            return Task.FromResult(new JoinResult(ErrorCode.InvalidGroupId, ask.MemberId));
        if (ask.SessionTimeout < _options.GroupMinSessionTimeout || ask.SessionTimeout > MaxSessionTimeout)
            return Task.FromResult(new JoinResult(ErrorCode.InvalidSessionTimeout, ask.MemberId));

        var group = ask.MemberId.Length == 0 ? Open(id) : Find(id);
        return group?.JoinAsync(ask) ?? Task.FromResult(new JoinResult(ErrorCode.UnknownMemberId, ask.MemberId));
    }

    /// <summary>Deletes a group that has no members.</summary>
    public ErrorCode Delete(string id)
    {
        if (Find(id) is not { } group)
            return ErrorCode.GroupIdNotFound;

        var error = group.Delete();
        if (error == ErrorCode.None && _groups.TryRemove(id, out var removed))
            removed.Dispose();
        return error;
    }

    public void Dispose()
    {
        foreach (var group in _groups.Values)
            group.Dispose();
    }
}
