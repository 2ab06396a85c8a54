using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Groups;

/// <summary>A group's position in one partition.</summary>
internal sealed record CommittedOffset(string Topic, int Partition, long Offset, int LeaderEpoch, string? Metadata);

/// <summary>A member of a stored group.</summary>
internal sealed record StoredMember(
    string Id,
    string? InstanceId,
    string ClientId,
    string ClientHost,
    TimeSpan SessionTimeout,
    TimeSpan RebalanceTimeout,
    List<MemberProtocol> Protocols,
    byte[] Assignment);

/// <summary>What a restarted broker needs so that a stable group's members go on without a rebalance.</summary>
internal sealed record StoredGroup(
    string Id, int Generation, string ProtocolType, string? Protocol, string? Leader, List<StoredMember> Members);

/// <summary>One entry of the groups' journal.</summary>
internal sealed record GroupEntry
{
    public StoredGroup? Group { get; init; }

    public string? Committing { get; init; }

    public List<CommittedOffset>? Offsets { get; init; }

    public string? Deleted { get; init; }

    public string? ForgottenTopic { get; init; }
}

[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GroupEntry))]
internal sealed partial class GroupJson : JsonSerializerContext;

/// <summary>Committed offsets and stable generations of all groups, each written to the journal before it counts.</summary>
/// <remarks>Thread-safe; takes no other lock while it holds its own.</remarks>
internal sealed class GroupStore : IDisposable
{
    private readonly Lock _changing = new();
    private readonly Dictionary<string, StoredGroup> _groups = [];
    private readonly Dictionary<string, Dictionary<(string Topic, int Partition), CommittedOffset>> _offsets = [];
    private readonly Journal _journal;

    public GroupStore(string path, ILogger logger, StorageSettings? settings = null) => _journal = Journal.Open(path, Replay, logger, settings);

    /// <summary>Ids of all groups with members or offsets.</summary>
    public IReadOnlyList<string> GroupIds
    {
        get
        {
            lock (_changing)
                return [.. _groups.Keys.Union(_offsets.Keys)];
        }
    }

    /// <summary>The last stored generation of a group, or null.</summary>
    public StoredGroup? Find(string group)
    {
        lock (_changing)
            return _groups.GetValueOrDefault(group);
    }

    /// <summary>Stores a generation.</summary>
    public void Put(StoredGroup group) => Write(new GroupEntry { Group = group });

    /// <summary>Stores offsets of one commit, all or none.</summary>
    public void Commit(string group, List<CommittedOffset> offsets) => Write(new GroupEntry { Committing = group, Offsets = offsets });

    /// <summary>Removes a group and its offsets.</summary>
    public void Delete(string group) => Write(new GroupEntry { Deleted = group });

    /// <summary>Removes all groups' offsets in a topic that was deleted.</summary>
    public void ForgetTopic(string topic) => Write(new GroupEntry { ForgottenTopic = topic });

    /// <summary>The position in one partition, or null if the group never committed there.</summary>
    public CommittedOffset? FindOffset(string group, string topic, int partition)
    {
        lock (_changing)
            return _offsets.GetValueOrDefault(group)?.GetValueOrDefault((topic, partition));
    }

    /// <summary>All positions of a group.</summary>
    public IReadOnlyList<CommittedOffset> OffsetsOf(string group)
    {
        lock (_changing)
            return _offsets.TryGetValue(group, out var offsets) ? [.. offsets.Values] : [];
    }

    /// <inheritdoc cref="Journal.DurableAsync"/>
    public ValueTask<bool> DurableAsync() => _journal.DurableAsync();

    public void Dispose()
    {
        lock (_changing)
            _journal.Dispose();
    }

    private static byte[] Encode(GroupEntry entry) => JsonSerializer.SerializeToUtf8Bytes(entry, GroupJson.Default.GroupEntry);

    private void Write(GroupEntry entry)
    {
        lock (_changing)
        {
            if (_journal.IsDueForRewrite)
                _journal.Rewrite(Snapshot());
            _journal.Append(Encode(entry));
            Apply(entry);
        }
    }

    private IEnumerable<byte[]> Snapshot()
    {
        foreach (var group in _groups.Values)
            yield return Encode(new GroupEntry { Group = group });
        foreach (var (group, offsets) in _offsets)
            yield return Encode(new GroupEntry { Committing = group, Offsets = [.. offsets.Values] });
    }

    private void Replay(ReadOnlyMemory<byte> payload)
    {
        if (JsonSerializer.Deserialize(payload.Span, GroupJson.Default.GroupEntry) is { } entry)
            Apply(entry);
    }

    private void Apply(GroupEntry entry)
    {
        if (entry.Group is { } stored)
            _groups[stored.Id] = stored;
        if (entry.Committing is { } committing)
        {
            if (!_offsets.TryGetValue(committing, out var offsets))
                _offsets.Add(committing, offsets = []);
            foreach (var offset in entry.Offsets ?? [])
                offsets[(offset.Topic, offset.Partition)] = offset;
        }

        if (entry.Deleted is { } deleted)
        {
            _groups.Remove(deleted);
            _offsets.Remove(deleted);
        }

        if (entry.ForgottenTopic is { } topic)
        {
            foreach (var offsets in _offsets.Values)
            {
                foreach (var key in offsets.Keys.Where(key => key.Topic == topic).ToList())
                    offsets.Remove(key);
            }
        }
    }
}
