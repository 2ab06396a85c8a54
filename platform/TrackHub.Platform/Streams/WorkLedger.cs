namespace TrackHub.Platform.Streams;

/// <summary>What was taken and is not done: which batch each record is at work in, and how far each partition's gap-free prefix reaches.</summary>
/// <remarks>Not thread-safe: guarded by its <see cref="RecordBuffer"/>.</remarks>
/// <param name="storeOffset">Stores the offset of the next record to read of a partition; null where the role keeps its offsets itself.</param>
internal sealed class WorkLedger(Action<OwnedPartition, long, int?>? storeOffset)
{
    private readonly HashSet<RecordBatch> _atWork = [];
    private readonly List<OwnedPartition> _grown = [];

    /// <summary>Records at work.</summary>
    public int Outstanding { get; private set; }

    /// <summary>Batches with records at work.</summary>
    public IReadOnlyCollection<RecordBatch> AtWork => _atWork;

    /// <summary>Begins a batch of records just taken.</summary>
    public void Begin(RecordBatch batch)
    {
        foreach (var record in batch)
        {
            // One given back is known already.
            if (!record.Tracked)
                record.Home!.Taken.Take(record.Coordinates.Offset, record.LeaderEpoch);
            record.Tracked = true;
            record.Batch = batch;
        }

        batch.Open = batch.Count;
        _atWork.Add(batch);
        Outstanding += batch.Count;
    }

    /// <summary>Marks records as done and stores one offset of each partition whose prefix grew. What is not at work, or not owned any more, is ignored.</summary>
    public void Complete(IReadOnlyList<StreamRecord> records)
    {
        foreach (var record in records)
        {
            if (record.Batch is null || record.Home is not { Gone: false } partition)
                continue;

            if (partition.Taken.Complete(record.Coordinates.Offset, out var next))
            {
                if (partition.Grown is null)
                    _grown.Add(partition);
                partition.Grown = next;
            }

            Leave(record, error: null);
        }

        foreach (var partition in _grown)
        {
            var (offset, epoch) = partition.Grown!.Value;
            partition.Grown = null;
            storeOffset?.Invoke(partition, offset, epoch);
        }

        _grown.Clear();
    }

    /// <summary>Takes the records of a batch that are at work and still owned out of it.</summary>
    public List<StreamRecord> TakeBack(RecordBatch batch)
    {
        var unfinished = batch.Where(record => record.Batch == batch && !record.Home!.Leaving).ToList();
        unfinished.ForEach(record => Leave(record, "given_back"));
        return unfinished;
    }

    /// <summary>Takes the records of partitions that are gone out of their batches.</summary>
    /// <returns>The batches that lost some.</returns>
    public List<RecordBatch> DropGone()
    {
        var gone = _atWork.SelectMany(static batch => batch.Where(record => record.Batch == batch && record.Home!.Gone)).ToList();
        var batches = gone.Select(static record => record.Batch!).Distinct().ToList();
        gone.ForEach(record => Leave(record, "revoked"));
        return batches;
    }

    private void Leave(StreamRecord record, string? error)
    {
        RecordTrace.End(record.Span, error);
        record.Span = null;
        var batch = record.Batch!;
        record.Batch = null;
        Outstanding--;
        if (--batch.Open == 0)
            _atWork.Remove(batch);
    }
}
