using Confluent.Kafka;

namespace TrackHub.Cli.Moving;

/// <summary>
/// Where positions in the old log lie in its copy: an offset becomes the number of records before it, for a copy begins anew and has no gaps
/// where retention or compaction left some.
/// </summary>
/// <remarks>Not thread-safe. Use: <see cref="Want"/> all, then <see cref="Passed"/> for each record in order, then <see cref="Of"/>.</remarks>
internal sealed class CarriedPositions
{
    private readonly Dictionary<TopicPartition, Partition> _partitions = [];

    /// <summary>Offsets that will be asked for.</summary>
    public void Want(TopicPartition partition, long offset) => At(partition).Wanted.Add(offset);

    /// <summary>A record that is copied now; records of a partition come by rising offsets.</summary>
    public void Passed(TopicPartition partition, long offset)
    {
        var at = At(partition);
        foreach (var wanted in at.Wanted.TakeWhile(wanted => wanted <= offset).ToList())
        {
            at.Found[wanted] = at.Copied;
            at.Wanted.Remove(wanted);
        }

        at.Copied++;
    }

    /// <summary>The position in the copy that an offset wanted before stands for.</summary>
    public long Of(TopicPartition partition, long offset)
    {
        var at = At(partition);
        return at.Found.TryGetValue(offset, out var found) ? found : at.Copied;
    }

    /// <summary>Records of a partition that were copied.</summary>
    public long Copied(TopicPartition partition) => At(partition).Copied;

    private Partition At(TopicPartition partition) =>
        _partitions.TryGetValue(partition, out var at) ? at : _partitions[partition] = new Partition();

    private sealed class Partition
    {
        public SortedSet<long> Wanted { get; } = [];

        public Dictionary<long, long> Found { get; } = [];

        public long Copied { get; set; }
    }
}
