using Npgsql;
using TrackHub.Platform.Streams;

namespace TrackHub.Platform.Books;

/// <summary>Says whether every accepted event has ended or is provably on its way. Singleton, thread-safe.</summary>
/// <remarks>
/// No clock and no patience decides, only offsets: (1) each group's committed offsets are read, then (2) the ends of all topics, then the ledger is
/// waited for until it has read up to them. A role commits a record only after all that follows from it is in the log; so whatever follows
/// from a record below (1) lies below (2) and stands in the books by now. An entry that has not ended is on its way if one of its
/// records is not committed by its group and still in the log, or if it is parked; else it is unaccounted for.
/// </remarks>
public sealed class BookAudit(NpgsqlDataSource database, TopicAdmin topics, GroupOffsets groups, TimeProvider clock)
{
    /// <summary>Most events named in a minute.</summary>
    public const int Examples = 10;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly IReadOnlyList<string> Groups = [.. Journey.Steps.Select(static step => step.Group).OfType<string>().Distinct()];

    /// <summary>Reads the books.</summary>
    /// <param name="query">Which.</param>
    /// <param name="patience">How long the ledger may take to catch up with the ends of the topics as they were at the call.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DependencyAwayException">The broker does not answer.</exception>
    public async Task<BookReport> LookAsync(BookQuery query, TimeSpan patience, CancellationToken cancellationToken)
    {
        var committed = new Dictionary<(string, string, int), long>();
        foreach (var group in Groups)
        {
            foreach (var (place, next) in await groups.CommittedAsync(group, cancellationToken))
                committed[(group, place.Topic, place.Partition)] = next;
        }

        var state = (await topics.ListAsync(cancellationToken)).ToDictionary(static topic => topic.Name);
        var behind = await CatchUpAsync(state, patience, cancellationToken);
        var places = Places(committed, state);

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var sums = await BookQueries.SumsAsync(connection, query, cancellationToken);
        var open = await BookQueries.OpenAsync(connection, query, places, cancellationToken);
        return Report(sums, open, behind);
    }

    /// <summary>More of some unaccounted events, so that they can be followed.</summary>
    public async Task<IReadOnlyList<LostEvent>> DescribeAsync(IReadOnlyList<Guid> ingestIds, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await BookQueries.LostAsync(connection, ingestIds, cancellationToken);
    }

    private static List<PassedPlace> Places(Dictionary<(string, string, int), long> committed, Dictionary<string, TopicState> state)
    {
        var places = new List<PassedPlace>();
        foreach (var step in Journey.Steps.Where(step => state.ContainsKey(step.Topic.Name)))
        {
            foreach (var partition in state[step.Topic.Name].Partitions)
            {
                // What retention took before anybody read it is lost as well.
                var next = step.Group is null ? 0 : committed.GetValueOrDefault((step.Group, step.Topic.Name, partition.Partition));
                places.Add(new(Journey.Place(step.Topic.Name, partition.Partition), Math.Max(next, partition.LowOffset), step.Kind));
            }
        }

        return places;
    }

    /// <summary>Waits until the ledger has read up to these ends; the number of records it has not when patience ends.</summary>
    private async Task<long> CatchUpAsync(Dictionary<string, TopicState> state, TimeSpan patience, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            var read = await LedgerOffsetsAsync(cancellationToken);
            var behind = Journey.Kept.Where(topic => state.ContainsKey(topic.Name)).Sum(topic => state[topic.Name].Partitions.Sum(partition =>
                Math.Max(0, partition.HighOffset - Math.Max(partition.LowOffset, read.GetValueOrDefault(Journey.Place(topic.Name, partition.Partition))))));
            if (behind == 0 || clock.GetElapsedTime(started) >= patience)
                return behind;
            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    private async Task<Dictionary<string, long>> LedgerOffsetsAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select topic, partition, next_offset from ledger_offsets");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var read = new Dictionary<string, long>();
        while (await reader.ReadAsync(cancellationToken))
            read[Journey.Place(reader.GetString(0), reader.GetInt32(1))] = reader.GetInt64(2);
        return read;
    }

    private static BookReport Report(IReadOnlyList<BrandSums> sums, IReadOnlyList<OpenMinute> open, long behind)
    {
        var brands = sums.Select(static s => s.BrandId).Union(open.Select(static o => o.BrandId)).Order(StringComparer.Ordinal);
        var books = new List<BrandBooks>();
        foreach (var brand in brands)
        {
            var sum = sums.FirstOrDefault(s => s.BrandId == brand);
            var mine = open.Where(o => o.BrandId == brand).ToList();
            books.Add(new(
                brand,
                sum?.Accepted ?? 0,
                sum?.Ends ?? new Dictionary<string, long>(),
                Journey.Kinds.ToDictionary(static kind => kind, kind => mine.Where(o => KindOf(o, behind) == kind).Sum(static o => o.Entries)),
                mine.Where(o => KindOf(o, behind) is null).Sum(static o => o.Entries)));
        }

        var minutes = open.Where(o => KindOf(o, behind) is null).Select(static o => new UnbalancedMinute(o.Minute, o.BrandId, o.Entries, o.IngestIds))
            .OrderBy(static m => m.Minute).ThenBy(static m => m.BrandId, StringComparer.Ordinal);
        return new(books, [.. minutes], behind);
    }

    // Behind a ledger that has not read everything, what was passed may have left traces it has not seen: it waits to be read.
    private static string? KindOf(OpenMinute open, long behind) => open.Kind ?? (behind > 0 ? Journey.Waiting : null);
}
