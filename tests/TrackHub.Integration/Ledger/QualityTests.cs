using TrackHub.Ledger.Alarms;
using TrackHub.Platform.Quality;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Ledger;

/// <summary>The match quality by day, as the ledger keeps it.</summary>
public sealed class QualityTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // 22 November in UTC, still the 21st in São Paulo.
    private static readonly DateTimeOffset Night = new(2026, 11, 22, 1, 30, 0, TimeSpan.Zero);
    private LedgerProcess _ledger = null!;

    public async Task InitializeAsync() => _ledger = await LedgerProcess.StartAsync("--Ledger:AuditInterval=00:00:00.100", "--Ledger:QualityMinEvents=3");

    public async Task DisposeAsync() => await _ledger.DisposeAsync();

    [Fact]
    public async Task Each_purchase_counts_once_on_its_brand_s_day_however_often_it_is_read()
    {
        var (good, poor) = (Purchase(6.0, ["em", "fbc", "ph"], Night), Purchase(3.0, ["em"], Night));
        var refund = Purchase(3.0, ["em"], Night) with { SaleId = good.SaleId, Revision = 2, Kind = SaleKind.Refunded, Purchase = false };
        Conversion[] told = [good, poor, refund, good, Purchase(8.5, ["em", "ph"], Night.AddHours(5))];
        foreach (var conversion in told)
            await _ledger.ProduceAsync(Topics.Conversions, conversion);
        await ReadAsync(told.Length);
        await SumsAreRightAsync();

        // As after a rebuild that begins before what is stored: the same records again, and copies of them behind.
        await _ledger.StopRoleAsync();
        await _ledger.ScalarAsync<int>("delete from ledger_offsets where topic = 'conversions'");
        await _ledger.ProduceAsync(Topics.Conversions, poor);
        await _ledger.StartRoleAsync();
        await ReadAsync(told.Length + 1);
        await SumsAreRightAsync();

        async Task SumsAreRightAsync()
        {
            var days = await new QualityHistory(_ledger.Database).ReadAsync(new(2026, 11, 21), _ledger.Brand.BrandId, default);
            days.Select(static d => (d.Day, d.EventName, d.Events, d.Green, d.Score, d.Band)).ShouldBe(
            [
                (new(2026, 11, 21), "Purchase", 2, 1, 4.5, QualityBand.Ok), (new(2026, 11, 22), "Purchase", 1, 1, 8.5, QualityBand.Great),
            ]);
            days[0].WithKey.ShouldBe(new Dictionary<string, long> { ["em"] = 2, ["fbc"] = 1, ["ph"] = 1 }, ignoreOrder: true);
            days[0].Gains().Take(2).Select(static g => (g.Key.Name, g.Points)).ShouldBe([("fbc", 1.0), ("fbp", 0.8)]);
        }
    }

    [Fact]
    public async Task Checkouts_count_by_what_the_browser_brings_and_page_views_where_they_are_sent()
    {
        SealedBox? person = null;
        await Eventually.Holds(() =>
        {
            person = _ledger.Sealer.SealUserData(_ledger.Brand.TenantId, new() { Em = [new('a', 64)], Fbp = "fb.1.1.1", ClientUserAgent = "Mozilla/5.0" }, LedgerProcess.Now);
            return Task.CompletedTask;
        });
        var checkout = _ledger.Event(EventKind.InitiateCheckout) with
        {
            ReceivedAt = Night,
            UserData = person,
        };
        TrackedEvent[] told = [checkout, _ledger.Event(EventKind.InitiateCheckout) with { ReceivedAt = Night }, checkout, _ledger.Event(EventKind.PageView), _ledger.Event(EventKind.Click)];
        foreach (var tracked in told)
            await _ledger.ProduceAsync(Topics.TrackEvents, tracked);
        await Eventually.Holds(async () => (await _ledger.ScalarAsync<long>("select sum(next_offset)::bigint from ledger_offsets where topic = 'track-events'")).ShouldBe(told.Length), Limit);

        var days = await new QualityHistory(_ledger.Database).ReadAsync(new(2026, 11, 1), _ledger.Brand.BrandId, default);

        days.Select(static d => (d.Day, d.EventName, d.Events, d.Green, d.ScoreTenths)).ShouldBe([(new(2026, 11, 21), "InitiateCheckout", 2, 0, 37)]);
        days[0].WithKey.ShouldBe(new Dictionary<string, long> { ["em"] = 1, ["fbp"] = 1, ["client_user_agent"] = 1 }, ignoreOrder: true);
    }

    [Fact]
    public async Task A_low_quality_is_told_once_and_ends_when_it_is_good_again()
    {
        for (var i = 0; i < 3; i++)
            await _ledger.ProduceAsync(Topics.Conversions, Purchase(5.9, ["em"], LedgerProcess.Now));
        await AlertIsAsync("open");

        await _ledger.StopRoleAsync();
        await _ledger.StartRoleAsync();
        for (var i = 0; i < 6; i++)
            await _ledger.ProduceAsync(Topics.Conversions, Purchase(9.0, ["em", "ph"], LedgerProcess.Now));
        await AlertIsAsync("resolved");

        (await _ledger.ScalarAsync<long>("select sum(next_offset)::bigint from ledger_offsets where topic = 'alerts'")).ShouldBe(2);
        (await _ledger.ScalarAsync<string>("select rule || '/' || subject || '/' || severity from alerts where brand_id = $1", _ledger.Brand.BrandId))
            .ShouldBe("quality/Purchase/warning");
    }

    private Task AlertIsAsync(string state) => Eventually.Holds(
        async () => (await _ledger.ScalarAsync<string>("select state from alerts where brand_id = $1 and rule = $2", _ledger.Brand.BrandId, QualityRule.Name)).ShouldBe(state), Limit);

    private Task ReadAsync(int records) => Eventually.Holds(
        async () => (await _ledger.ScalarAsync<long>("select sum(next_offset)::bigint from ledger_offsets where topic = 'conversions'")).ShouldBe(records), Limit);

    private Conversion Purchase(double quality, IReadOnlyList<string> keys, DateTimeOffset receivedAt)
    {
        var sale = _ledger.Event(EventKind.Sale);
        return new()
        {
            BrandId = sale.BrandId,
            Gateway = "kiwify",
            SaleId = sale.EventId,
            Revision = 1,
            IngestId = sale.IngestId,
            EventId = sale.EventId,
            Kind = SaleKind.Approved,
            State = SaleKind.Approved,
            Purchase = true,
            EventTime = receivedAt,
            ReceivedAt = receivedAt,
            KeysPresent = keys,
            Quality = quality,
        };
    }
}
