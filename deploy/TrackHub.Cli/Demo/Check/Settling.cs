namespace TrackHub.Cli.Demo.Check;

/// <summary>Waits until every accepted event has an end in the log and in the books, or time is up.</summary>
internal sealed class Settling(LogFollower log, BooksReader books, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Events that ended so far, in both.</summary>
    public int Ended { get; private set; }

    /// <summary>Events known so far.</summary>
    public int Known { get; private set; }

    /// <summary>Ends in the books, as last read.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<SeenEnd>> Books { get; private set; } = new Dictionary<string, IReadOnlyList<SeenEnd>>();

    /// <summary>Ingest ids that the books keep among the dead letters, as last read.</summary>
    public IReadOnlySet<string> DeadLetters { get; private set; } = new HashSet<string>();

    /// <summary>Waits.</summary>
    /// <param name="sent">What was sent.</param>
    /// <param name="since">When the run began.</param>
    /// <param name="limit">Longest wait.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>True when everything ended; false when time was up.</returns>
    public async Task<bool> WaitAsync(IReadOnlyList<Play.SentItem> sent, DateTimeOffset since, TimeSpan limit, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            var groups = Attribution.Of(sent, log.Events());
            var found = groups.Groups.SelectMany(static group => group.Found.Select(e => (Group: group, e.IngestId))).ToList();
            var ends = log.Ends();
            Books = await books.EndsAsync(found.ConvertAll(static e => e.IngestId), since, cancellationToken);
            DeadLetters = await books.DeadLettersAsync([.. found.Where(static e => e.Group.IsDeadLetter).Select(static e => e.IngestId)], cancellationToken);
            Known = found.Count + groups.Faults.Count(static fault => fault.Fault is "no_record");
            Ended = found.Count(e => Books.ContainsKey(e.IngestId)
                && (!e.Group.EndsInLog || ends.ContainsKey(e.IngestId))
                && (!e.Group.IsDeadLetter || DeadLetters.Contains(e.IngestId)));
            if (Ended == Known)
                return true;
            if (clock.GetElapsedTime(started) >= limit)
                return false;

            await Task.Delay(Interval, clock, cancellationToken);
        }
    }
}
