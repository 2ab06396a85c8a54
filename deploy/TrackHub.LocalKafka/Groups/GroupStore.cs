using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Groups;

/// <summary>A partition by its topic's name.</summary>
internal readonly record struct PartitionName(string Topic, int Partition);

/// <summary>A group's position in one partition.</summary>
/// <param name="CommittedAtMs">Unix time of the commit; 0 in journals of earlier versions.</param>
/// <param name="ExpiresAtMs">Unix time at which it is forgotten, if the commit named one (versions 2 to 4).</param>
internal sealed record CommittedOffset(
    string Topic, int Partition, long Offset, int LeaderEpoch, string? Metadata, long CommittedAtMs = 0, long? ExpiresAtMs = null);

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
/// <param name="EmptySinceMs">Unix time at which the last member left; 0 if none ever did, and in journals of earlier versions.</param>
internal sealed record StoredGroup(
    string Id, int Generation, string ProtocolType, string? Protocol, string? Leader, List<StoredMember> Members, long EmptySinceMs = 0);

/// <summary>One entry of the groups' journal.</summary>
internal sealed record GroupEntry
{
    public StoredGroup? Group { get; init; }

    public string? Committing { get; init; }

    public List<CommittedOffset>? Offsets { get; init; }

    public string? Deleted { get; init; }

    public string? ForgottenTopic { get; init; }

    public string? Forgetting { get; init; }

    public List<PartitionName>? Forgotten { get; init; }
}

[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GroupEntry))]
internal sealed partial class GroupJson : JsonSerializerContext;

/// <summary>Committed offsets and stable generations of all groups, each written to the journal before it counts.</summary>
/// <remarks>
/// Thread-safe; takes no other lock while it holds its own. Writing throws <see cref="IOException"/> if the disk refuses, and changes nothing.
/// </remarks>
internal sealed class GroupStore : IDisposable
{
    /// <summary>
    /// Largest entry: far below what the journal can read back, far above what a sound group needs (Kafka's limit is that of a record of
    /// its offsets topic, 1 MB).
    /// </summary>
    private const int MaxEntryBytes = 16 * 1024 * 1024;

    /// <summary>Offsets per entry of a rewritten journal; with the longest metadata such an entry can still be read back.</summary>
    private const int OffsetsPerEntry = 1000;

    private readonly Lock _changing = new();
    private readonly Dictionary<string, StoredGroup> _groups = [];
    private readonly Dictionary<string, Dictionary<PartitionName, CommittedOffset>> _offsets = [];
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

    /// <summary>Removes some of a group's offsets.</summary>
    public void Forget(string group, List<PartitionName> partitions) => Write(new GroupEntry { Forgetting = group, Forgotten = partitions });

    /// <summary>Removes all groups' offsets in a topic that was deleted.</summary>
    public void ForgetTopic(string topic) => Write(new GroupEntry { ForgottenTopic = topic });

    /// <summary>The position in one partition, or null if the group never committed there.</summary>
    public CommittedOffset? FindOffset(string group, string topic, int partition)
    {
        lock (_changing)
            return _offsets.GetValueOrDefault(group)?.GetValueOrDefault(new PartitionName(topic, partition));
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
        var encoded = Encode(entry);
        if (encoded.Length > MaxEntryBytes)
            throw new IOException($"{encoded.Length} bytes are too many for one entry of a group; {MaxEntryBytes} are possible.");

        lock (_changing)
        {
            if (_journal.IsDueForRewrite)
                _journal.Rewrite(Snapshot());
            _journal.Append(encoded);
            Apply(entry);
        }
    }

    private IEnumerable<byte[]> Snapshot()
    {
        foreach (var group in _groups.Values)
            yield return Encode(new GroupEntry { Group = group });
        foreach (var (group, offsets) in _offsets)
        {
            foreach (var part in offsets.Values.Chunk(OffsetsPerEntry))
                yield return Encode(new GroupEntry { Committing = group, Offsets = [.. part] });
        }
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
                offsets[new PartitionName(offset.Topic, offset.Partition)] = offset;
        }

        if (entry.Forgetting is { } forgetting && _offsets.TryGetValue(forgetting, out var remembered))
        {
            foreach (var partition in entry.Forgotten ?? [])
                remembered.Remove(partition);
            if (remembered.Count == 0)
                _offsets.Remove(forgetting);
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
