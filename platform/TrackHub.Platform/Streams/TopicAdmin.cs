namespace TrackHub.Platform.Streams;

/// <summary>One disagreement between the catalogue and a cluster.</summary>
/// <param name="Topic">Topic.</param>
/// <param name="Setting">partitions, retention.ms, … or <c>exists</c>, <c>schema</c>.</param>
/// <param name="Wanted">What the catalogue says.</param>
/// <param name="Actual">What the cluster says.</param>
public sealed record TopicDrift(string Topic, string Setting, string Wanted, string Actual);

/// <summary>One partition as it is.</summary>
/// <param name="Partition">Partition.</param>
/// <param name="LowOffset">First offset kept.</param>
/// <param name="HighOffset">Offset of the next record.</param>
public sealed record PartitionState(int Partition, long LowOffset, long HighOffset);

/// <summary>One topic as it is.</summary>
/// <param name="Name">Topic.</param>
/// <param name="Partitions">Its partitions in order; empty if the topic does not exist.</param>
public sealed record TopicState(string Name, IReadOnlyList<PartitionState> Partitions)
{
    /// <summary>Records between first and next offset, over all partitions.</summary>
    public long Records => Partitions.Sum(static partition => partition.HighOffset - partition.LowOffset);
}

/// <summary>Makes a cluster agree with the topic catalogue. Singleton.</summary>
public sealed class TopicAdmin
{
    /// <summary>Creates what is missing, aligns what can be aligned, registers the schemas. Safe to repeat.</summary>
    /// <returns>What was done.</returns>
    /// <exception cref="DependencyAwayException">Broker or registry do not answer.</exception>
    public Task<IReadOnlyList<TopicDrift>> ApplyAsync(CancellationToken cancellationToken) => throw new NotSupportedException("Comes with the next commit.");

    /// <summary>Where the cluster differs from the catalogue.</summary>
    /// <exception cref="DependencyAwayException">Broker or registry do not answer.</exception>
    public Task<IReadOnlyList<TopicDrift>> DiffAsync(CancellationToken cancellationToken) => throw new NotSupportedException("Comes with the next commit.");

    /// <summary>The catalogue's topics as they are.</summary>
    /// <exception cref="DependencyAwayException">The broker does not answer.</exception>
    public Task<IReadOnlyList<TopicState>> ListAsync(CancellationToken cancellationToken) => throw new NotSupportedException("Comes with the next commit.");
}
