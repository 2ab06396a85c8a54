namespace TrackHub.MetaSim.Arrivals;

/// <summary>
/// Every event that was accepted, raw and as Meta would count it after removing copies with the same dataset, name and id.
/// Kept in append-only files, so a restart continues; the oldest file is forgotten beyond the configured number.
/// Written to the page cache, not forced to disk: it survives the end of the process, not of the machine. Thread-safe.
/// </summary>
internal sealed class ArrivalStore : IDisposable
{
    private readonly Lock _lock = new();
    private readonly string _directory;
    private readonly int _segmentEvents;
    private readonly int _maxSegments;
    private readonly List<ArrivalSegment> _segments = [];
    private readonly List<DatasetCount> _datasets = [];
    private readonly Dictionary<string, int> _datasetNumbers = new(StringComparer.Ordinal);
    private long _nextSequence = 1;
    private long _forgotten;

    private ArrivalStore(MetaSimOptions options)
    {
        _directory = options.DataDirectory;
        _segmentEvents = options.SegmentEvents;
        _maxSegments = options.MaxSegments;
    }

    /// <summary>Opens the directory, making it if absent, and reads what is stored.</summary>
    /// <exception cref="IOException">It can't be written, or another simulator uses it.</exception>
    public static ArrivalStore Open(MetaSimOptions options)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(options.DataDirectory);
        else
            Directory.CreateDirectory(options.DataDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var store = new ArrivalStore(options);
        try
        {
            store.Load();
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Stores a request's events, all or none.</summary>
    /// <exception cref="IOException">The disk is full or gone.</exception>
    public void Append(ArrivalBatch batch)
    {
        lock (_lock)
        {
            if (_segments[^1].Entries.Count >= _segmentEvents)
                Roll();
            var segment = _segments[^1];
            var offset = segment.Append(batch.Lines.Span);
            var dataset = DatasetNumber(batch.Dataset);
            foreach (var line in batch.Entries)
            {
                Index(segment, offset, line, dataset);
                offset += line.Length;
            }
        }
    }

    /// <summary>Reads a page of events and counts all that fit the query.</summary>
    public ArrivalPage Read(ArrivalQuery query)
    {
        var lines = new List<ArrivedLine>();
        long raw = 0, deduplicated = 0;
        lock (_lock)
        {
            var dataset = query.Dataset is null ? -1 : _datasetNumbers.GetValueOrDefault(query.Dataset, -2);
            var idHash = query.EventId is null ? 0 : ArrivalKeys.Hash(query.EventId);
            foreach (var segment in _segments)
            {
                for (var i = 0; i < segment.Entries.Count; i++)
                {
                    var entry = segment.Entries[i];
                    if ((dataset != -1 && entry.Dataset != dataset) || (query.EventId is not null && entry.IdHash != idHash))
                        continue;
                    byte[]? line = null;
                    if (query.NeedsHead)
                    {
                        line = segment.ReadLine(entry);
                        var head = ArrivalHead.Read(line);
                        if ((query.EventId is not null && head.Id != query.EventId) || (query.EventName is not null && head.Name != query.EventName))
                            continue;
                    }

                    raw++;
                    if (!entry.IsDuplicate)
                        deduplicated++;
                    var sequence = segment.FirstSequence + i;
                    if (sequence > query.After && lines.Count < query.Limit && !(query.DeduplicatedOnly && entry.IsDuplicate))
                        lines.Add(new ArrivedLine(sequence, entry.IsDuplicate, line ?? segment.ReadLine(entry)));
                }
            }
        }

        return new ArrivalPage(raw, deduplicated, lines);
    }

    /// <summary>Counts of what is kept, per dataset.</summary>
    public ArrivalCounts Count()
    {
        lock (_lock)
        {
            return new ArrivalCounts(_datasets.Sum(static d => d.Raw), _datasets.Sum(static d => d.Deduplicated), _forgotten, [.. _datasets.Where(static d => d.Raw > 0)]);
        }
    }

    /// <summary>Deletes everything; sequences start at 1 again.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            foreach (var segment in _segments)
                segment.Delete();
            _segments.Clear();
            _datasets.Clear();
            _datasetNumbers.Clear();
            _forgotten = 0;
            _nextSequence = 1;
            _segments.Add(ArrivalSegment.Create(_directory, _nextSequence));
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var segment in _segments)
                segment.Dispose();
        }
    }

    private void Load()
    {
        foreach (var (path, firstSequence) in ArrivalSegment.Find(_directory))
        {
            var segment = ArrivalSegment.Open(path, firstSequence);
            _segments.Add(segment);
            _nextSequence = firstSequence;
            foreach (var (offset, length, head) in segment.ReadHeads())
            {
                var line = new ArrivalLine(ArrivalKeys.Of(head.Dataset, head.Name, head.Id), length, ArrivalKeys.Hash(head.Id));
                Index(segment, offset, line, DatasetNumber(head.Dataset));
            }
        }

        if (_segments.Count == 0)
            _segments.Add(ArrivalSegment.Create(_directory, _nextSequence));
    }

    private void Roll()
    {
        _segments.Add(ArrivalSegment.Create(_directory, _nextSequence));
        if (_segments.Count <= _maxSegments)
            return;
        var oldest = _segments[0];
        foreach (var entry in oldest.Entries)
        {
            var counted = _datasets[entry.Dataset];
            _datasets[entry.Dataset] = counted with
            {
                Raw = counted.Raw - 1,
                Deduplicated = counted.Deduplicated - (entry.IsDuplicate ? 0 : 1),
            };
        }

        _forgotten += oldest.Entries.Count;
        _segments.RemoveAt(0);
        oldest.Delete();
    }

    private void Index(ArrivalSegment segment, long offset, in ArrivalLine line, int dataset)
    {
        var isDuplicate = line.Key is { } key && (_segments.Exists(s => s != segment && s.Keys.Contains(key)) || !segment.Keys.Add(key));
        segment.Entries.Add(new ArrivalEntry(offset, line.Length, line.IdHash, dataset, isDuplicate));
        var counted = _datasets[dataset];
        _datasets[dataset] = counted with { Raw = counted.Raw + 1, Deduplicated = counted.Deduplicated + (isDuplicate ? 0 : 1) };
        _nextSequence++;
    }

    private int DatasetNumber(string dataset)
    {
        if (_datasetNumbers.TryGetValue(dataset, out var number))
            return number;
        number = _datasets.Count;
        _datasets.Add(new DatasetCount(dataset, 0, 0));
        _datasetNumbers.Add(dataset, number);
        return number;
    }
}

/// <summary>Which events to read; what is null does not narrow.</summary>
/// <param name="After">Sequence number below the first event of the page; 0 for the first page.</param>
/// <param name="Limit">Most events of the page; counts are of all events.</param>
internal sealed record ArrivalQuery(string? Dataset, string? EventId, string? EventName, bool DeduplicatedOnly, long After, int Limit)
{
    /// <summary>Whether the index alone can't decide.</summary>
    public bool NeedsHead => EventId is not null || EventName is not null;
}

/// <summary>A page of events and the counts of all that fit.</summary>
internal sealed record ArrivalPage(long Raw, long Deduplicated, List<ArrivedLine> Lines);

/// <summary>A stored event: its JSON object, in UTF-8.</summary>
internal readonly record struct ArrivedLine(long Sequence, bool IsDuplicate, byte[] Json);

/// <summary>Counts of one dataset.</summary>
internal sealed record DatasetCount(string Dataset, long Raw, long Deduplicated);

/// <summary>Counts of all kept events, and how many were forgotten since the start or the last clearing.</summary>
internal sealed record ArrivalCounts(long Raw, long Deduplicated, long Forgotten, IReadOnlyList<DatasetCount> Datasets);
