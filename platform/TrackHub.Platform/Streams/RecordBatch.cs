using System.Collections;

namespace TrackHub.Platform.Streams;

/// <summary>What became of a batch that was worked on.</summary>
public enum BatchOutcome
{
    /// <summary>The work is done: store the batch.</summary>
    Done,

    /// <summary>
    /// A partition of the batch was lost, or the role stops: do not store. Records of partitions still owned come again in a later batch.
    /// </summary>
    Revoked,
}

/// <summary>Records of one poll, each partition's in offset order. Never empty.</summary>
public sealed class RecordBatch : IReadOnlyList<StreamRecord>
{
    private readonly IReadOnlyList<StreamRecord> _records;

    internal RecordBatch(IReadOnlyList<StreamRecord> records, Action<RecordBatch>? giveBack, CancellationToken revoked)
    {
        _records = records;
        Revoked = revoked;
        GiveBack = giveBack;
    }

    /// <summary>Cancelled when any partition of the batch is lost or revoked before the batch was stored.</summary>
    public CancellationToken Revoked { get; }

    /// <inheritdoc/>
    public int Count => _records.Count;

    /// <summary>Returns unfinished records of partitions still owned to their consumer; null for a batch made by hand.</summary>
    internal Action<RecordBatch>? GiveBack { get; }

    /// <inheritdoc/>
    public StreamRecord this[int index] => _records[index];

    /// <summary>A batch of these records that no consumer owns: for jobs that read by <c>assign</c>, and for tests.</summary>
    public static RecordBatch Of(IReadOnlyList<StreamRecord> records, CancellationToken revoked = default) => new(records, giveBack: null, revoked);

    /// <inheritdoc/>
    public IEnumerator<StreamRecord> GetEnumerator() => _records.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
