using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Npgsql;
using TrackHub.Ledger.Books;
using TrackHub.Ledger.Projecting;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Books;

/// <summary>The sums depend on what the records say alone: not on batches, order, repeats, crashes or the number of ledgers.</summary>
public sealed class BookStoreTests : IAsyncLifetime
{
    private static readonly string[] Pixels = ["px_one", "px_two"];
    private static readonly OutcomeState[] States = [OutcomeState.Delivered, OutcomeState.Dead, OutcomeState.Suppressed, OutcomeState.Duplicate];
    private NpgsqlDataSource _database = null!;

    public async Task InitializeAsync() => _database = NpgsqlDataSource.Create(await TestBrands.CreateDatabaseAsync());

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public void Any_split_order_and_repetition_gives_the_same_books() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), new Func<int, Task>(CheckAsync)).Check(Config.QuickThrowOnFailure.WithMaxTest(25));

    [Fact]
    public void Every_end_has_its_column() =>
        Tally.Columns.ShouldBe(["accepted", "open", .. Enum.GetValues<OutcomeState>().Select(static state => state.ToSymbol())]);

    private async Task CheckAsync(int seed)
    {
        var random = new Random(seed);
        var brand = $"brand-{Guid.NewGuid():N}";
        var facts = FactsOf(random, brand);

        // Two ledgers share the facts and each reads some of them again; one loses a transaction now and then.
        var halves = facts.Concat(facts.Where(_ => random.Next(4) == 0)).OrderBy(_ => random.Next()).GroupBy(_ => random.Next(2)).ToList();
        var splits = halves.ConvertAll(half => half.Chunk(random.Next(1, 9)).Select(batch => (Batch: batch, Crashes: random.Next(5) == 0)).ToList());
        await Task.WhenAll(splits.Select(WriteAsync));

        (await SumsAsync(brand)).ShouldBe(Expected(facts), ignoreOrder: true, $"seed {seed}");
        (await OpenEntriesAsync(brand)).ShouldBe(ExpectedOpen(facts), ignoreOrder: true, $"seed {seed}");
    }

    private async Task WriteAsync(List<(BookFact[] Batch, bool Crashes)> batches)
    {
        foreach (var (batch, crashes) in batches)
        {
            if (crashes)
                await WriteAsync(batch, commit: false);
            await WriteAsync(batch, commit: true);
        }
    }

    private async Task WriteAsync(BookFact[] batch, bool commit)
    {
        await using var connection = await _database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await BookStore.WriteAsync(connection, transaction, batch, [], default);
        if (commit)
            await transaction.CommitAsync();
    }

    private static List<BookFact> FactsOf(Random random, string brand)
    {
        var facts = new List<BookFact>();
        for (var i = random.Next(1, 8); i > 0; i--)
        {
            var at = DateTimeOffset.UnixEpoch.AddDays(20_000).AddSeconds(random.Next(150));
            var id = Guid.CreateVersion7(at);
            var isPageView = random.Next(6) == 0;
            if (!isPageView && random.Next(5) > 0)
                facts.Add(BookFact.Of(new Source<TrackedEvent>(Event(brand, id, at), id, at, new("ingest-events", 1, random.Next(100)))));
            foreach (var pixel in Pixels.Where(_ => random.Next(2) == 0))
            {
                if (random.Next(4) > 0)
                    facts.Add(BookFact.Of(new Source<DispatchReady>(Ready(brand, id, at, pixel, isPageView), id, at, new("capi-dispatch", 2, random.Next(100)))));
                for (var ends = random.Next(3); ends > 0; ends--)
                    facts.Add(BookFact.Of(new Source<EventOutcome>(Outcome(brand, id, at, pixel, isPageView, random), id, at, default)));
            }
        }

        return facts;
    }

    /// <summary>What the books are, told by another way: over each event's facts at once.</summary>
    private static List<string> Expected(List<BookFact> facts) =>
    [
        .. from fact in facts
           group fact by fact.IngestId into e
           let minute = Minute(e)
           where e.All(static f => f.IsCounted)
           group e by minute into sum
           select $"{sum.Key} accepted {sum.Count()}",
        .. from fact in facts
           where fact.End is not null
           group fact by (fact.IngestId, fact.Destination) into d
           let newest = d.Where(f => f.End!.Value.Revision == d.Max(static g => g.End!.Value.Revision)).Select(static f => f.End!.Value.State).ToList()
           let state = newest.Contains(OutcomeState.Delivered) ? OutcomeState.Delivered : newest.Contains(OutcomeState.Dead) ? OutcomeState.Dead
               : newest.Contains(OutcomeState.Suppressed) ? OutcomeState.Suppressed : OutcomeState.Duplicate
           group state by (Minute(d), state.ToSymbol()) into sum
           select $"{sum.Key.Item1} {sum.Key.Item2} {sum.Count()}",
        .. from fact in facts
           group fact by fact.IngestId into e
           where e.All(static f => f.Destination.Length == 0) || e.GroupBy(static f => f.Destination).Any(static d => d.Key.Length > 0 && d.All(static f => f.End is null))
           group e by Minute(e) into sum
           select $"{sum.Key} open {sum.Count()}",
    ];

    private static List<string> ExpectedOpen(List<BookFact> facts) =>
    [
        .. from fact in facts
           group fact by (fact.IngestId, fact.Destination) into d
           where d.All(static f => f.End is null)
           where d.Key.Destination.Length > 0 || facts.All(f => f.IngestId != d.Key.IngestId || f.Destination.Length == 0)
           select $"{d.Key.IngestId} {d.Key.Destination}",
    ];

    private static string Minute(IEnumerable<BookFact> facts) => facts.First().IngestedAt.ToString("HH:mm", CultureInfo.InvariantCulture);

    private Task<List<string>> SumsAsync(string brand) => LinesAsync(
        $"""
        select to_char(minute at time zone 'UTC', 'HH24:MI') || ' ' || column_name || ' ' || count
        from book_minutes, lateral (values {string.Join(", ", Tally.Columns.Select(static c => $"('{c}', {c})"))}) as v (column_name, count)
        where brand_id = $1 and count <> 0
        """, brand);

    private Task<List<string>> OpenEntriesAsync(string brand) =>
        LinesAsync("select ingest_id || ' ' || destination from book_entries where brand_id = $1 and state is null", brand);

    private async Task<List<string>> LinesAsync(string sql, string brand)
    {
        await using var command = _database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = brand });
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync())
            lines.Add(reader.GetString(0));
        return lines;
    }

    private static TrackedEvent Event(string brand, Guid id, DateTimeOffset at) => new()
    {
        IngestId = id.ToString("D"),
        BrandId = brand,
        Kind = EventKind.Sale,
        EventId = "sale",
        EventTime = at,
        ReceivedAt = at,
        Keys = new(),
        Traits = new(),
    };

    private static DispatchReady Ready(string brand, Guid id, DateTimeOffset at, string pixel, bool isPageView) => new()
    {
        IngestId = id.ToString("D"),
        BrandId = brand,
        PixelId = pixel,
        EventName = isPageView ? "PageView" : "Purchase",
        EventId = "sale",
        EventTime = at,
        ReceivedAt = at,
    };

    private static EventOutcome Outcome(string brand, Guid id, DateTimeOffset at, string pixel, bool isPageView, Random random) => new()
    {
        IngestId = id.ToString("D"),
        BrandId = brand,
        EventId = "sale",
        EventName = isPageView ? "PageView" : "Purchase",
        Destination = pixel,
        State = States[random.Next(States.Length)],
        Revision = random.Next(1, 3),
        At = at,
    };
}
