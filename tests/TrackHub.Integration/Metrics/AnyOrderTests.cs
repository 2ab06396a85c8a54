using System.Diagnostics.Metrics;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TrackHub.Integration.Tenants;
using TrackHub.Metrics;
using TrackHub.Metrics.Facts;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Metrics;

/// <summary>The figures are a function of what was told, to the cent: not of order, batches, repetitions, crashes or who read it.</summary>
public sealed class AnyOrderTests : IAsyncLifetime
{
    private const int Histories = 10;
    private static readonly DateTimeOffset Monday = new(2026, 10, 19, 0, 0, 0, TimeSpan.Zero);
    private static readonly SaleKind[] Kinds =
        [SaleKind.Pending, SaleKind.Approved, SaleKind.Completed, SaleKind.Renewed, SaleKind.PartiallyRefunded, SaleKind.Refunded, SaleKind.Chargeback];

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private TenantDatabase _database = null!;
    private NpgsqlDataSource _writer = null!;
    private int _brands;

    public async Task InitializeAsync()
    {
        _database = await TenantDatabase.MigratedAsync();
        _writer = NpgsqlDataSource.Create(PostgresServer.AsWriter(_database.ConnectionString));
        await _database.ExecuteAsync("insert into tenants (id, name, window_key_sealed) values ('t', 't', '')");
        await _database.ExecuteAsync("insert into currency_rates (day, from_currency, to_currency, rate) values ('2026-10-20', 'USD', 'BRL', 5.4321), ('2026-10-25', 'USD', 'BRL', 5.5555)");
    }

    public async Task DisposeAsync()
    {
        await _writer.DisposeAsync();
        await _database.DisposeAsync();
        await _services.DisposeAsync();
    }

    [Fact]
    public void Whatever_happens_on_the_way_the_figures_are_those_of_one_reading_in_order() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Histories),
            Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => HoldsAsync(seed).GetAwaiter().GetResult()));

    private async Task HoldsAsync(int seed)
    {
        var random = new Random(seed);
        var (lived, rebuilt) = (await BrandAsync(), await BrandAsync());
        var told = History(random);

        await LiveAsync(random, [.. told.Select(record => record.For(lived))]);
        await WriteAsync([.. told.Select(record => record.For(rebuilt))], new StoredOffsets(_writer, MetricsRole.Offsets), partition: 100_000 + _brands, first: 0);

        var figures = await FiguresAsync(lived);
        figures.ShouldBe(await FiguresAsync(rebuilt), $"seed {seed}");
        figures.ShouldBe(Expected(told), $"seed {seed}");
    }

    /// <summary>Every record at least once, some at further offsets, in any order, by readers that crash, come back and overtake each other.</summary>
    private async Task LiveAsync(Random random, List<Told> records)
    {
        var log = records.Concat(records.Where(_ => random.Next(4) == 0)).OrderBy(_ => random.Next()).ToArray();
        var partition = _brands;
        var (reader, zombie) = (new StoredOffsets(_writer, MetricsRole.Offsets), new StoredOffsets(_writer, MetricsRole.Offsets));
        var next = 0;
        while (next < log.Length)
        {
            var count = Math.Min(random.Next(1, 8), log.Length - next);
            var batch = log[next..(next + count)];
            switch (random.Next(5))
            {
                case 0:   // begins anew where PostgreSQL says; what it had read since is read again
                    reader = new(_writer, MetricsRole.Offsets);
                    next = (int)(await reader.NextAsync(default)).GetValueOrDefault((Topics.Conversions.Name, partition));
                    break;
                case 1:   // the transaction went through and its answer was lost
                    (await WriteAsync(batch, reader, partition, next)).ShouldBeTrue();
                    reader = new(_writer, MetricsRole.Offsets);
                    next = (int)(await reader.NextAsync(default))[(Topics.Conversions.Name, partition)];
                    break;
                case 2 when next > 0:   // one that does not know it lost the partition long ago
                    (await WriteAsync(batch, zombie, partition, next)).ShouldBeFalse();
                    break;
                default:
                    (await WriteAsync(batch, reader, partition, next)).ShouldBeTrue();
                    next += count;
                    break;
            }
        }
    }

    private async Task<bool> WriteAsync(Told[] records, StoredOffsets offsets, int partition, long first)
    {
        var sorted = new SortedRecords();
        foreach (var record in records)
        {
            if (record.Sale is { } sale)
                sorted.Add(SaleFact.Of(sale));
            if (record.Spend is { } spend)
                sorted.Add(SpendFact.Of(spend));
        }

        var batch = RecordBatch.Of([.. records.Select((_, n) => new StreamRecord { Coordinates = new(Topics.Conversions.Name, partition, first + n), Timestamp = default })]);
        return await new Aggregation(_writer, new(_services.GetRequiredService<IMeterFactory>())).WriteAsync(batch, sorted, offsets, default);
    }

    private static List<Told> History(Random random)
    {
        var told = new List<Told>();
        for (var sale = 0; sale < random.Next(1, 8); sale++)
        {
            var currency = random.Next(4) switch { 0 => "USD", 1 => "EUR", _ => "BRL" };
            var source = random.Next(4) switch { 0 => "meta", 1 => "google", 2 => "organic", _ => null };
            var at = Monday.AddMinutes(random.Next(14 * 24 * 60));
            var state = SaleKind.Unmapped;
            for (var revision = 1; revision <= random.Next(1, 5); revision++)
            {
                var kind = Kinds[random.Next(Kinds.Length)];
                state = (SaleKind)Math.Max((int)state, (int)kind);
                told.Add(new(new Conversion
                {
                    BrandId = "",
                    Gateway = "kiwify",
                    SaleId = $"S{sale}",
                    Revision = revision,
                    IngestId = "0",
                    EventId = "e",
                    Kind = kind,
                    State = state,
                    Purchase = kind is SaleKind.Approved && random.Next(10) > 0,
                    EventTime = at.AddMinutes(random.Next(5_000)),
                    ReceivedAt = at,
                    AmountMinor = random.Next(10) == 0 ? null : random.Next(100_000),
                    Currency = currency,
                    Cycle = random.Next(5) == 0 ? 2 : 1,
                    Click = source is null ? null : new() { EventId = "c", IngestId = "0", EventTime = at, Source = source },
                }, null));
            }
        }

        for (var pull = 0; pull < random.Next(12); pull++)
        {
            told.Add(new(null, new AdSpend
            {
                BrandId = "",
                Source = random.Next(2) == 0 ? MetricSource.Meta : MetricSource.Google,
                AccountId = $"act_{random.Next(2)}",
                Hour = Monday.AddHours(random.Next(4)),
                PulledAt = Monday.AddHours(random.Next(3)),
                Currency = random.Next(3) == 0 ? "USD" : "BRL",
                SpendMinor = random.Next(10_000),
                Clicks = random.Next(100),
                Impressions = random.Next(10_000),
            }));
        }

        return told;
    }

    /// <summary>The sums of what was told, written down as the definitions say, without a fact, a share or a difference.</summary>
    private static List<string> Expected(List<Told> told)
    {
        var sums = new SortedDictionary<string, long[]>(StringComparer.Ordinal);
        foreach (var sale in told.Select(static t => t.Sale).OfType<Conversion>().GroupBy(static s => s.SaleId))
        {
            var paid = sale.Where(static s => s.Purchase || s.Kind is SaleKind.Renewed or SaleKind.Completed).MinBy(static s => s.Revision);
            if (paid is null)
                continue;
            var last = sale.MaxBy(static s => s.Revision)!;
            var gone = last.State is SaleKind.Refunded or SaleKind.Chargeback;
            var amount = paid.AmountMinor is { } minor ? InReais(minor, paid.Currency!, paid.EventTime) : 0;
            Add(last.Click?.Source ?? "organic", paid.EventTime, [0, gone ? 0 : amount ?? 0, gone ? amount ?? 0 : 0, gone || paid.Kind is SaleKind.Renewed || paid.Cycle > 1 ? 0 : 1, 0, 0, amount is null ? 1 : 0]);
        }

        foreach (var hour in told.Select(static t => t.Spend).OfType<AdSpend>().GroupBy(static s => (s.Source, s.AccountId, s.Hour)))
        {
            var newest = hour.OrderBy(static s => s.PulledAt).ThenBy(static s => s.SpendMinor).ThenBy(static s => s.Clicks).ThenBy(static s => s.Impressions)
                .ThenBy(static s => s.Currency, StringComparer.Ordinal).Last();
            var amount = InReais(newest.SpendMinor, newest.Currency, newest.Hour);
            Add(newest.Source.ToSymbol(), newest.Hour, [amount ?? 0, 0, 0, 0, newest.Clicks, newest.Impressions, amount is null ? 1 : 0]);
        }

        return [.. sums.Where(static s => s.Value.Any(static n => n != 0)).Select(static s => $"{s.Key} {string.Join(' ', s.Value)}")];

        void Add(string source, DateTimeOffset at, long[] amounts)
        {
            // São Paulo has kept three hours behind UTC all that year.
            var local = at.AddHours(-3);
            var (hour, day) = (local.AddTicks(-(local.Ticks % TimeSpan.TicksPerHour)), local.AddTicks(-(local.Ticks % TimeSpan.TicksPerDay)));
            var week = day.AddDays(-(((int)day.DayOfWeek + 6) % 7));
            foreach (var name in new[] { source, "aggregated" })
            {
                foreach (var (period, start) in new[] { ("hourly", hour), ("daily", day), ("weekly", week) })
                {
                    var key = $"{name} {period} {start.AddHours(3):yyyy-MM-dd HH:mm}";
                    sums[key] = sums.TryGetValue(key, out var known) ? [.. known.Zip(amounts, static (a, b) => a + b)] : amounts;
                }
            }
        }

        static long? InReais(long minor, string currency, DateTimeOffset at) => (currency, at.AddHours(-3) >= Monday.AddDays(6), at.AddHours(-3) >= Monday.AddDays(1)) switch
        {
            ("BRL", _, _) => minor,
            ("USD", true, _) => (long)Math.Round(minor * 5.5555m, MidpointRounding.AwayFromZero),
            ("USD", _, true) => (long)Math.Round(minor * 5.4321m, MidpointRounding.AwayFromZero),
            _ => null,
        };
    }

    private Task<IReadOnlyList<string>> FiguresAsync(string brand) => _database.RowsAsync(
        $"""
        select concat_ws(' ', source, period, to_char(timestamp at time zone 'utc', 'YYYY-MM-DD HH24:MI'), spend_minor, revenue_minor, refunded_minor, conversions, clicks, impressions, unconverted)
        from performance_metrics where brand_id = '{brand}' and new_customers = conversions
            and (spend_minor, revenue_minor, refunded_minor, conversions, clicks, impressions, unconverted) <> (0, 0, 0, 0, 0, 0, 0)
        order by source collate "C", period collate "C", timestamp
        """);

    private async Task<string> BrandAsync()
    {
        var id = $"loja{++_brands:00000000}";
        await _database.ExecuteAsync($"insert into brands (id, tenant_id, name, index_key_sealed) values ('{id}', 't', '{id}', '')");
        return id;
    }

    private sealed record Told(Conversion? Sale, AdSpend? Spend)
    {
        public Told For(string brand) => new(Sale is null ? null : Sale with { BrandId = brand }, Spend is null ? null : Spend with { BrandId = brand });
    }
}
