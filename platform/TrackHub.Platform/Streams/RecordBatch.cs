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
#pragma warning disable CA1001 // Its token source has no timer and links nothing: the collector is enough, and roles need not dispose batches.
public sealed class RecordBatch : IReadOnlyList<StreamRecord>
#pragma warning restore CA1001
{
    private readonly IReadOnlyList<StreamRecord> _records;
    private readonly Action<RecordBatch>? _giveBack;

    private readonly CancellationTokenSource _revoked = new();

    internal RecordBatch(IReadOnlyList<StreamRecord> records, Action<RecordBatch>? giveBack)
    {
        _records = records;
        _giveBack = giveBack;
    }

    /// <summary>Cancelled when any partition of the batch is lost or revoked before its records were done.</summary>
    public CancellationToken Revoked => _revoked.Token;

    /// <inheritdoc/>
    public int Count => _records.Count;

    /// <summary>Who reads it, for the figures; null for a batch no consumer owns.</summary>
    internal (StreamMetrics Metrics, string Group)? Reader { get; set; }

    /// <summary>Records not done; guarded by the <see cref="RecordBuffer"/>.</summary>
    internal int Open { get; set; }

    /// <inheritdoc/>
    public StreamRecord this[int index] => _records[index];

    /// <summary>A batch of these records that no consumer owns: for jobs that read by <c>assign</c>, and for tests.</summary>
    public static RecordBatch Of(IReadOnlyList<StreamRecord> records) => new(records, giveBack: null);

    /// <inheritdoc/>
    public IEnumerator<StreamRecord> GetEnumerator() => _records.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Cancels <see cref="Revoked"/>.</summary>
    internal void Revoke() => _revoked.Cancel();

    /// <summary>Returns what is not done to the consumer, so that it comes again where still owned.</summary>
    internal void GiveBack() => _giveBack?.Invoke(this);
}
