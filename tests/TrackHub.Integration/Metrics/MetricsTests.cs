using TrackHub.Platform.Identity;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Metrics;

/// <summary>From topics to figures and back to a topic, by the role as it runs.</summary>
public sealed class MetricsTests(MetricsProcess metrics) : IClassFixture<MetricsProcess>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // Sunday, 23:30 in São Paulo: Monday in UTC.
    private static readonly DateTimeOffset At = new(2026, 11, 23, 2, 30, 0, TimeSpan.Zero);

    [Fact]
    public async Task Sales_and_spend_become_figures_of_the_brand_s_hour_day_and_week_and_a_refund_reopens_them()
    {
        var brand = await metrics.BrandAsync();
        var sale = Sale(brand, "meta");
        await metrics.TellAsync(sale);
        await metrics.TellAsync(Sale(brand, "meta") with { AmountMinor = 10_000 });
        await metrics.TellAsync(Sale(brand, null) with { AmountMinor = 5_000 });
        await metrics.TellAsync(Sale(brand, "meta") with { Test = true });
        await metrics.TellAsync(Spend(brand, pulledAt: 0, 9_999));
        await metrics.TellAsync(Spend(brand, pulledAt: 1, 10_000));
        await metrics.TellAsync(sale);   // lies there twice

        await FiguresAreAsync(
            brand,
            "aggregated daily 2026-11-22 03:00 10000 34700 0 3 50 2000 0 BRL", "aggregated hourly 2026-11-23 02:00 10000 34700 0 3 50 2000 0 BRL",
            "aggregated weekly 2026-11-16 03:00 10000 34700 0 3 50 2000 0 BRL",
            "meta daily 2026-11-22 03:00 10000 29700 0 2 50 2000 0 BRL", "meta hourly 2026-11-23 02:00 10000 29700 0 2 50 2000 0 BRL",
            "meta weekly 2026-11-16 03:00 10000 29700 0 2 50 2000 0 BRL",
            "organic daily 2026-11-22 03:00 0 5000 0 1 0 0 0 BRL", "organic hourly 2026-11-23 02:00 0 5000 0 1 0 0 0 BRL", "organic weekly 2026-11-16 03:00 0 5000 0 1 0 0 0 BRL");
        await Eventually.Holds(
            async () =>
            {
                var told = await PublishedAsync(brand, "meta/daily/2026-11-22T03:00:00Z");
                (told.RevenueMinor, told.Roas, told.CacMinor, told.Ctr, told.CpcMinor).ShouldBe((29_700, 2.97, 5_000, 0.025, 200));
            },
            Limit);
        var before = await PublishedAsync(brand, "meta/daily/2026-11-22T03:00:00Z");
        before.MetricId.ShouldBe($"metric_{brand}_meta_daily-2026-11-22T03:00:00Z");
        (await PublishedAsync(brand, "organic/hourly/2026-11-23T02:00:00Z")).Roas.ShouldBeNull("there was no spend");

        await metrics.TellAsync(sale with { Revision = 2, Kind = SaleKind.Refunded, State = SaleKind.Refunded, Purchase = false, EventTime = At.AddDays(20), IngestId = NewId() });

        await Eventually.Holds(async () => (await metrics.FiguresAsync(brand)).ShouldContain("meta daily 2026-11-22 03:00 10000 10000 19700 1 50 2000 0 BRL"), Limit);
        (await metrics.FiguresAsync(brand)).Count.ShouldBe(9, "nothing is counted where the refund happened");
        await Eventually.Holds(async () => (await PublishedAsync(brand, "meta/daily/2026-11-22T03:00:00Z")).RevenueMinor.ShouldBe(10_000), Limit);
        (await PublishedAsync(brand, "meta/daily/2026-11-22T03:00:00Z")).Revision.ShouldBeGreaterThan(before.Revision);
    }

    [Fact]
    public async Task A_restart_goes_on_and_a_rebuild_ends_in_the_same_figures()
    {
        var brand = await metrics.BrandAsync();
        await metrics.TellAsync(Sale(brand, "google"));
        await metrics.TellAsync(Spend(brand, pulledAt: 0, 700));
        await Eventually.Holds(async () => (await metrics.FiguresAsync(brand)).ShouldContain("aggregated hourly 2026-11-23 02:00 700 19700 0 1 50 2000 0 BRL"), Limit);
        await metrics.StopRoleAsync();
        await metrics.TellAsync(Sale(brand, "google"));
        await metrics.StartRoleAsync();
        await Eventually.Holds(async () => (await metrics.FiguresAsync(brand)).ShouldContain("aggregated hourly 2026-11-23 02:00 700 39400 0 2 50 2000 0 BRL"), Limit);
        var figures = await metrics.FiguresAsync(brand);
        var revision = await metrics.ScalarAsync<long>("select max(revision) from performance_metrics where brand_id = $1", brand);
        await metrics.ScalarAsync<int>("update performance_metrics set revenue_minor = 1, revision = revision + 1 where brand_id = $1", brand);

        var rebuilt = await metrics.RebuildAsync();   // while the role runs

        rebuilt.Kept.ShouldBe(0, "the log has everything");
        rebuilt.Deleted.ShouldBeGreaterThanOrEqualTo(3);
        await FiguresAreAsync(brand, [.. figures]);
        (await metrics.ScalarAsync<long>("select max(revision) from performance_metrics where brand_id = $1", brand)).ShouldBeGreaterThan(revision);
        await Eventually.Holds(async () => (await PublishedAsync(brand, "aggregated/hourly/2026-11-23T02:00:00Z")).RevenueMinor.ShouldBe(39_400), Limit);
    }

    [Fact]
    public async Task A_rate_a_currency_and_a_time_zone_that_are_set_later_count_from_the_first_sale_on()
    {
        var brand = await metrics.BrandAsync();
        await metrics.TellAsync(Sale(brand, null));
        await metrics.TellAsync(Sale(brand, null) with { Currency = "CHF", AmountMinor = 1_000 });
        await Eventually.Holds(async () => (await metrics.FiguresAsync(brand)).ShouldContain("aggregated hourly 2026-11-23 02:00 0 19700 0 2 0 0 1 BRL"), Limit);

        await metrics.Admin.SetRateAsync(new(2026, 11, 22), "chf", "brl", 6.5m);
        await Eventually.Holds(async () => (await metrics.FiguresAsync(brand)).ShouldContain("aggregated hourly 2026-11-23 02:00 0 26200 0 2 0 0 0 BRL"), Limit);
        await metrics.Admin.SetRateAsync(new(2026, 11, 22), "CHF", "BRL", 6.51m);
        await Eventually.Holds(async () => (await metrics.FiguresAsync(brand)).ShouldContain("aggregated hourly 2026-11-23 02:00 0 26210 0 2 0 0 0 BRL"), Limit);
        (await metrics.Admin.ListRatesAsync()).ShouldContain(new Platform.Money.CurrencyRate(new(2026, 11, 22), "CHF", "BRL", 6.51m));

        await metrics.Admin.SetBrandAsync(brand, "time_zone", "Asia/Kolkata");
        await FiguresAreAsync(
            brand,
            "aggregated daily 2026-11-22 18:30 0 26210 0 2 0 0 0 BRL", "aggregated hourly 2026-11-23 02:30 0 26210 0 2 0 0 0 BRL", "aggregated weekly 2026-11-22 18:30 0 26210 0 2 0 0 0 BRL",
            "organic daily 2026-11-22 18:30 0 26210 0 2 0 0 0 BRL", "organic hourly 2026-11-23 02:30 0 26210 0 2 0 0 0 BRL", "organic weekly 2026-11-22 18:30 0 26210 0 2 0 0 0 BRL");

        await metrics.Admin.SetBrandAsync(brand, "currency", "CHF");
        await Eventually.Holds(async () => (await metrics.FiguresAsync(brand)).ShouldContain("aggregated hourly 2026-11-23 02:30 0 1000 0 2 0 0 1 CHF"), Limit);
    }

    [Fact]
    public async Task Spend_that_cannot_be_counted_goes_to_the_dead_letters_and_its_neighbours_go_on()
    {
        var brand = await metrics.BrandAsync();
        await metrics.TellAsync(Sale(brand, "meta") with { EventTime = DateTimeOffset.MinValue });
        var refused = await metrics.TellAsync(Spend(brand, pulledAt: 0, -1));
        await metrics.TellAsync(Spend(brand, pulledAt: 0, 900));
        await metrics.TellAsync(Sale(brand, "meta"));

        await Eventually.Holds(async () => (await metrics.FiguresAsync(brand)).ShouldContain("meta hourly 2026-11-23 02:00 900 19700 0 1 50 2000 0 BRL"), Limit);
        await Eventually.Holds(async () =>
        {
            var letter = (await ReadAsync<DeadLetter>(Topics.DeadLetters)).ShouldHaveSingleItem();
            (letter.Value.DeadLetterId, letter.Value.Stage, letter.Value.Reason).ShouldBe((refused.ToString(), "metrics", "amount"));
        }, Limit);
    }

    private Task FiguresAreAsync(string brand, params string[] expected) =>
        Eventually.Holds(async () => (await metrics.FiguresAsync(brand)).ShouldBe(expected, ignoreOrder: true), Limit);

    /// <summary>The newest figures under a key, once they are there.</summary>
    private async Task<PerformanceMetric> PublishedAsync(string brand, string key)
    {
        PerformanceMetric? newest = null;
        await Eventually.Holds(async () => (newest = (await ReadAsync<PerformanceMetric>(Topics.PerformanceMetrics)).LastOrDefault(r => r.Key == $"{brand}/{key}").Value).ShouldNotBeNull(), Limit);
        return newest!;
    }

    private async Task<List<(string Key, T Value)>> ReadAsync<T>(TopicDefinition topic)
        where T : IAvroRecord<T>
    {
        var reader = new RangeReader(Microsoft.Extensions.Options.Options.Create(new KafkaOptions { BootstrapServers = metrics.BootstrapServers }));
        var found = new List<(string, T)>();
        await foreach (var records in reader.ReadAsync(topic.Name, await reader.FindAsync(topic.Name, new(0, null), null, default), 1_000, default))
        {
            await metrics.Host.Codec.PrepareAsync(records, default);
            foreach (var record in records)
            {
                metrics.Host.Codec.TryDecode<T>(record, out var value, out _).ShouldBeTrue();
                found.Add((System.Text.Encoding.UTF8.GetString(record.Key!), value!));
            }
        }

        return found;
    }

    private static string NewId() => EventIds.NewIngestId(TimeProvider.System);

    private static AdSpend Spend(string brand, int pulledAt, long amount) => new()
    {
        BrandId = brand,
        Source = MetricSource.Meta,
        AccountId = "act_1",
        Hour = At.AddMinutes(-30),
        PulledAt = At.AddHours(pulledAt),
        Currency = "BRL",
        SpendMinor = amount,
        Clicks = 50,
        Impressions = 2_000,
    };

    private static Conversion Sale(string brand, string? source) => new()
    {
        BrandId = brand,
        Gateway = "kiwify",
        SaleId = EventIds.NewBrowserId(),
        Revision = 1,
        IngestId = NewId(),
        EventId = "e",
        Kind = SaleKind.Approved,
        State = SaleKind.Approved,
        Purchase = true,
        EventTime = At,
        ReceivedAt = At,
        AmountMinor = 19_700,
        Currency = "BRL",
        Click = source is null ? null : new() { EventId = "c", IngestId = "0", EventTime = At, Source = source },
    };
}
