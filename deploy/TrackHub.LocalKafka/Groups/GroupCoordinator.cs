using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Groups;

/// <summary>How far a group's position is behind the end of a partition, in offsets.</summary>
internal readonly record struct PartitionLag(string Group, string Topic, int Partition, long Lag);

/// <summary>All consumer groups: finds the one a request is about and creates it on a first join or commit.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class GroupCoordinator : IDisposable
{
    /// <summary>Kafka's group.max.session.timeout.ms.</summary>
    public static readonly TimeSpan MaxSessionTimeout = TimeSpan.FromMinutes(30);

    private readonly ConcurrentDictionary<string, Group> _groups = new();
    private readonly LocalKafkaOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    public GroupCoordinator(GroupStore store, LocalKafkaOptions options, TimeProvider clock, ILogger logger)
    {
        Store = store;
        _options = options;
        _clock = clock;
        _logger = logger;
        foreach (var id in store.GroupIds)
            Open(id);
    }

    /// <summary>What is stored of the groups.</summary>
    public GroupStore Store { get; }

    /// <summary>Groups by id, in no order.</summary>
    public IEnumerable<KeyValuePair<string, Group>> Groups => _groups;

    /// <summary>The group, or null.</summary>
    public Group? Find(string id) => _groups.GetValueOrDefault(id);

    /// <summary>What a member of a group that isn't there is told.</summary>
    public static ErrorCode Missing(string id) => id.Length == 0 ? ErrorCode.InvalidGroupId : ErrorCode.UnknownMemberId;

    /// <summary>The group, created if there is none.</summary>
    public Group Open(string id) =>
        _groups.GetOrAdd(id, static (id, self) => new Group(id, self.Store, self._clock, self._options, self._logger), this);

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

    /// <summary>Deletes a group that has no members, see <see cref="Group.Delete"/>.</summary>
    public ErrorCode Delete(string id)
    {
        if (Find(id) is not { } group)
            return ErrorCode.GroupIdNotFound;

        var error = group.Delete();
        if (error == ErrorCode.None)
            Drop(id, group);
        return error;
    }

    /// <summary>Forgets offsets past their retention, and groups of which nothing is left; see <see cref="Group.ForgetExpired"/>.</summary>
    public void ForgetExpired(TimeSpan retention, long unknownSinceMs, long nowMs)
    {
        foreach (var (id, group) in _groups)
        {
            if (group.ForgetExpired(retention, unknownSinceMs, nowMs))
                Drop(id, group);
        }
    }

    /// <summary>How far each committed position is behind its partition's end, at least 0. Reads counters only.</summary>
    public IEnumerable<PartitionLag> Lags(TopicStore topics)
    {
        foreach (var group in Store.GroupIds)
        {
            foreach (var offset in Store.OffsetsOf(group))
            {
                if (topics.FindPartition(offset.Topic, offset.Partition) is { } log)
                    yield return new PartitionLag(group, offset.Topic, offset.Partition, Math.Max(0, log.EndOffset - offset.Offset));
            }
        }
    }

    public void Dispose()
    {
        foreach (var group in _groups.Values)
            group.Dispose();
    }

    private void Drop(string id, Group group)
    {
        // By id alone a group that was opened anew meanwhile could go.
        _groups.TryRemove(new KeyValuePair<string, Group>(id, group));
        group.Dispose();
    }
}
