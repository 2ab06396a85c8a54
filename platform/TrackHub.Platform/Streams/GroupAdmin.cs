using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace TrackHub.Platform.Streams;

/// <summary>A consumer group as it is.</summary>
/// <param name="Group">Its id.</param>
/// <param name="State">As Kafka names it, in lower case: stable, empty, preparingrebalance …; dead: the cluster knows no such group.</param>
/// <param name="Members">Consumers in it; none while it stands still.</param>
public sealed record GroupState(string Group, string State, int Members)
{
    /// <summary>Nobody reads under this name, so that its offsets can be moved.</summary>
    public bool IsIdle => State is "empty" or "dead";
}

/// <summary>Where a group is in one partition.</summary>
/// <param name="Topic">Topic.</param>
/// <param name="Partition">Partition.</param>
/// <param name="Committed">Next offset it reads; null before its first commit.</param>
/// <param name="End">Offset of the next record to be appended.</param>
/// <param name="Member">Client id and host of the consumer that has it; null while nobody does.</param>
public sealed record GroupPosition(string Topic, int Partition, long? Committed, long End, string? Member)
{
    /// <summary>Records it has not got through; null before its first commit.</summary>
    public long? Lag => Committed is { } committed ? Math.Max(0, End - committed) : null;
}

/// <summary>Where offsets are to be set to; one of the three.</summary>
/// <param name="Time">The first record not older than this; the end where there is none.</param>
/// <param name="Offset">This offset, in every partition.</param>
/// <param name="Shift">So many records on from where each partition stands, back if negative.</param>
public readonly record struct OffsetTarget(DateTimeOffset? Time, long? Offset, long? Shift);

/// <summary>One partition's offset before and after a reset.</summary>
/// <param name="Topic">Topic.</param>
/// <param name="Partition">Partition.</param>
/// <param name="From">Before; null: none was committed.</param>
/// <param name="To">Now.</param>
public sealed record OffsetReset(string Topic, int Partition, long? From, long To);

/// <summary>A group cannot be reset as it stands. The message says why and what to do.</summary>
public sealed class GroupResetException(string message) : Exception(message);

/// <summary>Operators' view of consumer groups, and setting the offsets of one that stands still. Singleton, thread-safe.</summary>
public sealed class GroupAdmin(IOptions<KafkaOptions> kafka, GroupOffsets offsets, ILogger<GroupAdmin> logger) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    private readonly Lazy<IAdminClient> _admin = new(() => new AdminClientBuilder(ClientSettings.Admin(kafka.Value))
        .SetLogHandler((_, message) => ClientLog.Write(logger, message))
        .Build());

    /// <summary>Every group of the cluster, by name.</summary>
    /// <exception cref="DependencyAwayException">The broker does not answer.</exception>
    public async Task<IReadOnlyList<GroupState>> ListAsync(CancellationToken cancellationToken)
    {
        var listed = await AskAsync(static admin => admin.ListConsumerGroupsAsync(new() { RequestTimeout = Limit }), cancellationToken);
        var names = listed.Valid.ConvertAll(static group => group.GroupId);
        return names.Count == 0 ? [] : [.. (await DescribeAsync(names, cancellationToken)).Select(StateOf).OrderBy(static group => group.Group, StringComparer.Ordinal)];
    }

    /// <summary>One group; in state <c>dead</c> if the cluster does not know it.</summary>
    /// <exception cref="DependencyAwayException">The broker does not answer.</exception>
    public async Task<GroupState> FindAsync(string group, CancellationToken cancellationToken) => StateOf((await DescribeAsync([group], cancellationToken))[0]);

    /// <summary>Where a group is, in every partition it has committed or is assigned.</summary>
    /// <param name="group">Its id.</param>
    /// <param name="committed">Its positions, of a group that keeps them itself; null: those it committed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DependencyAwayException">The broker does not answer.</exception>
    public async Task<IReadOnlyList<GroupPosition>> PositionsAsync(
        string group, IReadOnlyDictionary<(string Topic, int Partition), long>? committed, CancellationToken cancellationToken)
    {
        committed ??= await offsets.CommittedAsync(group, cancellationToken);
        var members = (await DescribeAsync([group], cancellationToken))[0].Members
            .SelectMany(static member => member.Assignment.TopicPartitions.Select(partition => (partition, Name: $"{member.ClientId} {member.Host}")))
            .ToDictionary(static assigned => assigned.partition, static assigned => assigned.Name);
        var partitions = committed.Keys.Select(static key => new TopicPartition(key.Topic, key.Partition)).Union(members.Keys)
            .OrderBy(static partition => partition.Topic, StringComparer.Ordinal).ThenBy(static partition => partition.Partition.Value).ToList();
        var ends = await OffsetsAsync(partitions, OffsetSpec.Latest(), cancellationToken);
        return [.. partitions.Select(partition => new GroupPosition(
            partition.Topic, partition.Partition.Value, committed.TryGetValue((partition.Topic, partition.Partition.Value), out var at) ? at : null,
            ends[partition], members.GetValueOrDefault(partition)))];
    }

    /// <summary>Sets a group's offsets in every partition of a topic it reads; what lies before the log's start or past its end becomes start or end.</summary>
    /// <exception cref="GroupResetException">The group is live, or never read the topic.</exception>
    /// <exception cref="DependencyAwayException">The broker does not answer.</exception>
    public async Task<IReadOnlyList<OffsetReset>> ResetAsync(string group, string topic, OffsetTarget target, CancellationToken cancellationToken)
    {
        if (await FindAsync(group, cancellationToken) is { IsIdle: false } live)
            throw new GroupResetException($"Group {group} is live ({live.State}, {live.Members} member(s)): its consumers would go on from where they are and overwrite what is set. Stop them first.");
        var committed = await offsets.CommittedAsync(group, cancellationToken);
        var known = committed.Keys.Where(key => key.Topic == topic).Select(static key => new TopicPartition(key.Topic, key.Partition)).ToList();
        if (known.Count == 0)
        {
            throw new GroupResetException(committed.Count == 0
                ? $"Group {group} has committed no offset; `trackhub groups list` shows the groups there are."
                : $"Group {group} never read {topic}; it reads {string.Join(", ", committed.Keys.Select(static key => key.Topic).Distinct().Order(StringComparer.Ordinal))}.");
        }

        var lows = await OffsetsAsync(known, OffsetSpec.Earliest(), cancellationToken);
        var ends = await OffsetsAsync(known, OffsetSpec.Latest(), cancellationToken);
        var found = target.Time is { } time ? await OffsetsAsync(known, OffsetSpec.ForTimestamp(time.ToUnixTimeMilliseconds()), cancellationToken) : [];
        var resets = known.OrderBy(static partition => partition.Partition.Value).Select(partition =>
        {
            var from = committed[(partition.Topic, partition.Partition.Value)];
            var wanted = target switch
            {
                { Time: not null } => found[partition] < 0 ? ends[partition] : found[partition],
                { Offset: { } offset } => offset,
                _ => from + (target.Shift ?? 0),
            };
            return new OffsetReset(partition.Topic, partition.Partition.Value, from, Math.Clamp(wanted, lows[partition], ends[partition]));
        }).ToList();
        await CommitAsync(group, resets, cancellationToken);
        return resets;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_admin.IsValueCreated)
            _admin.Value.Dispose();
    }

    private static GroupState StateOf(ConsumerGroupDescription group) => new(group.GroupId, group.State.ToString().ToLowerInvariant(), group.Members.Count);

    private async Task CommitAsync(string group, IEnumerable<OffsetReset> resets, CancellationToken cancellationToken)
    {
        var places = resets.Select(static reset => new TopicPartitionOffset(reset.Topic, reset.Partition, reset.To)).ToList();
        try
        {
            await AskAsync(admin => admin.AlterConsumerGroupOffsetsAsync([new(group, places)], new() { RequestTimeout = Limit }), cancellationToken);
        }
        catch (AlterConsumerGroupOffsetsException refused)
        {
            // Somebody joined since it was asked: the broker takes no offset from outside then.
            var error = refused.Results.SelectMany(static result => result.Partitions.Select(static p => p.Error).Prepend(result.Error)).First(static error => error.IsError);
            throw new GroupResetException($"The broker does not take the offsets of group {group}: {error.Reason}. Stop its consumers and see `trackhub groups describe {group}`.");
        }
    }

    private async Task<List<ConsumerGroupDescription>> DescribeAsync(List<string> groups, CancellationToken cancellationToken) =>
        (await AskAsync(admin => admin.DescribeConsumerGroupsAsync(groups, new() { RequestTimeout = Limit }), cancellationToken)).ConsumerGroupDescriptions;

    private async Task<Dictionary<TopicPartition, long>> OffsetsAsync(List<TopicPartition> partitions, OffsetSpec at, CancellationToken cancellationToken)
    {
        if (partitions.Count == 0)
            return [];

        var asked = partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = at });
        var found = await AskAsync(admin => admin.ListOffsetsAsync(asked, new() { RequestTimeout = Limit, IsolationLevel = IsolationLevel.ReadUncommitted }), cancellationToken);
        return found.ResultInfos.ToDictionary(static info => info.TopicPartitionOffsetError.TopicPartition, static info => info.TopicPartitionOffsetError.Offset.Value);
    }

    private async Task<T> AskAsync<T>(Func<IAdminClient, Task<T>> question, CancellationToken cancellationToken)
    {
        try
        {
            return await question(_admin.Value).WaitAsync(cancellationToken);
        }
        catch (KafkaException failure) when (Dependencies.IsAway(failure))
        {
            throw new DependencyAwayException("kafka", failure);
        }
    }
}
