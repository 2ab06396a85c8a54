using TrackHub.Platform.Books;

namespace TrackHub.Ledger.Books;

/// <summary>An event at one destination.</summary>
internal sealed class BookEntry(string destination)
{
    /// <summary>Pixel or <c>none</c>; empty for the event itself.</summary>
    public string Destination { get; } = destination;

    /// <summary>How it ended; null while open, and always for the event itself.</summary>
    public BookEnd? End { get; set; }

    /// <summary>Newest offset of the records that carry it, by topic and partition.</summary>
    public Dictionary<string, long> Carriers { get; init; } = [];

    /// <summary>Whether it differs from what is stored.</summary>
    public bool IsChanged { get; set; }
}

/// <summary>An event in the books. Facts may come in any order and repeatedly: the same set of facts gives the same event.</summary>
internal sealed class BookEvent
{
    private readonly SortedDictionary<string, BookEntry> _entries = new(StringComparer.Ordinal);

    /// <summary>An event nothing is known of.</summary>
    /// <param name="ingestId">Event.</param>
    /// <param name="ingestedAt">Time inside the ingest id.</param>
    /// <param name="brandId">Brand its sums belong to.</param>
    public BookEvent(Guid ingestId, DateTimeOffset ingestedAt, string brandId)
    {
        (IngestId, IngestedAt, BrandId) = (ingestId, ingestedAt, brandId);
        Restore(new("") { IsChanged = true });
    }

    /// <summary>Event.</summary>
    public Guid IngestId { get; }

    /// <summary>Time inside the ingest id.</summary>
    public DateTimeOffset IngestedAt { get; }

    /// <summary>Brand its sums belong to.</summary>
    public string BrandId { get; }

    /// <summary>Whether its acceptance is counted here.</summary>
    public bool IsCounted { get; set; } = true;

    /// <summary>The event itself, then its destinations by name.</summary>
    public IReadOnlyCollection<BookEntry> Entries => _entries.Values;

    private BookEntry Itself => _entries[""];

    // It ends where its destinations end.
    private bool IsForwarded => _entries.Count > 1;

    /// <summary>Takes an entry as it is stored.</summary>
    public void Restore(BookEntry entry) => _entries[entry.Destination] = entry;

    /// <summary>Takes a fact; one that is known changes nothing.</summary>
    public void Apply(BookFact fact)
    {
        if (!_entries.TryGetValue(fact.Destination, out var entry))
        {
            Restore(entry = new(fact.Destination) { IsChanged = true });
            Settle(Itself);
        }

        if (IsCounted && !fact.IsCounted)
        {
            IsCounted = false;
            Itself.IsChanged = true;
        }

        if (fact.End is { } end && (entry.End is not { } known || end.Outweighs(known)))
        {
            entry.End = end;
            Settle(entry);
        }

        if (fact.Carrier is { } carrier && IsOpen(entry))
            Carry(entry, Journey.Place(carrier.Topic, carrier.Partition), carrier.Offset);
    }

    /// <summary>Whether an entry of this event has not ended.</summary>
    public bool IsOpen(BookEntry entry) => entry.Destination.Length == 0 ? !IsForwarded : entry.End is null;

    /// <summary>What it adds to the sums of its minute.</summary>
    public Tally Tally()
    {
        var tally = new Tally();
        tally.Add(Books.Tally.Accepted, IsCounted ? 1 : 0);
        tally.Add(Books.Tally.Open, _entries.Values.Any(IsOpen) ? 1 : 0);
        foreach (var entry in _entries.Values)
        {
            if (entry.End is { } end)
                tally.Add(Books.Tally.Of(end.State), 1);
        }

        return tally;
    }

    private static void Settle(BookEntry entry)
    {
        entry.Carriers.Clear();
        entry.IsChanged = true;
    }

    private static void Carry(BookEntry entry, string place, long offset)
    {
        if (entry.Carriers.TryGetValue(place, out var known) && known >= offset)
            return;

        entry.Carriers[place] = offset;
        entry.IsChanged = true;
    }
}
