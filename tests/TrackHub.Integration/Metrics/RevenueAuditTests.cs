using Microsoft.Extensions.DependencyInjection;
using TrackHub.Metrics.Auditing;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Metrics;

/// <summary>Revenue is the same in figures, table and topic, and where it is not, the books say where.</summary>
public sealed class RevenueAuditTests(MetricsProcess metrics) : IClassFixture<MetricsProcess>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()).AddDays(-3);

    private RevenueAudit Audit => metrics.Host.Services.GetRequiredService<RevenueAudit>();

    [Fact]
    public async Task Three_places_agree_and_each_that_does_not_is_named()
    {
        var brand = await metrics.BrandAsync();
        Conversion[] told =
        [
            Sale(brand, "S1", 1, SaleKind.Approved, 10_000), Sale(brand, "S2", 1, SaleKind.Approved, 20_000), Sale(brand, "S2", 2, SaleKind.Refunded, 20_000),
            Sale(brand, "S3", 1, SaleKind.Pending, 30_000), Sale(brand, "S4", 1, SaleKind.Approved, 40_000) with { Currency = "USD" },
        ];
        foreach (var sale in told)
            await metrics.TellAsync(sale);
        await Eventually.Holds(async () => await metrics.ScalarAsync<long>("select sum(revision)::bigint from order_facts where brand_id = $1", brand) == 5, Limit);
        (await Audit.LookAsync(brand, null, false, TimeSpan.Zero, default)).Behind.ShouldBeGreaterThan(0, "the ledger has read nothing");
        await StoreAsLedgerAsync(told);

        var report = await Audit.LookAsync(brand, null, false, TimeSpan.Zero, default);

        report.Balanced.ShouldBeTrue(string.Join("; ", report.Sales.Select(static s => s.ToString()).Concat(report.Sums)));
        report.Brands.ShouldBe([new(brand, "BRL", 10_000, 10_000, 10_000), new(brand, "USD", 40_000, 40_000, 40_000)]);

        await metrics.ScalarAsync<int>("update conversions set amount_minor = amount_minor + 1 where brand_id = $1 and sale_id = 'S1'", brand);
        report = await Audit.LookAsync(brand, null, false, TimeSpan.Zero, default);
        report.Sales.ShouldBe([new(brand, "kiwify", "S1", "conversions")]);
        report.Brands[0].ShouldBe(new(brand, "BRL", 10_000, 10_001, 10_000));
        await metrics.ScalarAsync<int>("update conversions set amount_minor = amount_minor - 1 where brand_id = $1 and sale_id = 'S1'", brand);

        await metrics.ScalarAsync<int>("update performance_metrics set revenue_minor = revenue_minor + 1 where brand_id = $1 and source = 'meta' and period = 'hourly'", brand);
        report = await Audit.LookAsync(brand, null, false, TimeSpan.Zero, default);
        report.Sales.ShouldBeEmpty();
        report.Sums.ShouldHaveSingleItem().ShouldStartWith($"{brand} meta hourly");
        report.Balanced.ShouldBeFalse();

        await metrics.ScalarAsync<int>("delete from order_facts where brand_id = $1 and sale_id = 'S4'", brand);
        (await Audit.LookAsync(brand, null, false, TimeSpan.Zero, default)).Sales.Select(static s => (s.SaleId, s.Where)).ShouldBe([("S4", "conversions"), ("S4", "topic")]);
    }

    private async Task StoreAsLedgerAsync(IEnumerable<Conversion> told)
    {
        await metrics.ScalarAsync<int>("insert into ledger_offsets (topic, partition, next_offset) select 'conversions', n, 1000000 from generate_series(0, 11) n");
        foreach (var sale in told)
        {
            await metrics.ScalarAsync<int>(
                """
                insert into conversions (brand_id, gateway, sale_id, revision, ingested_at, ingest_id, event_id, kind, state, test, purchase, event_time, received_at, method,
                    amount_minor, currency, stage, score, quality, passes)
                values ($1, $2, $3, $4, $5, $6, 'e', $7, $8, false, $9, $5, $5, 'pix', $10, $11, 'none', 0, 0, 1)
                """,
                sale.BrandId, sale.Gateway, sale.SaleId, sale.Revision, sale.EventTime, Guid.Parse(sale.IngestId), sale.Kind.ToSymbol(), sale.State.ToSymbol(), sale.Purchase,
                sale.AmountMinor!, sale.Currency!);
        }
    }

    private static Conversion Sale(string brand, string id, long revision, SaleKind kind, long amount) => new()
    {
        BrandId = brand,
        Gateway = "kiwify",
        SaleId = id,
        Revision = revision,
        IngestId = EventIds.NewIngestId(TimeProvider.System),
        EventId = "e",
        Kind = kind,
        State = kind,
        Purchase = kind is SaleKind.Approved,
        EventTime = At,
        ReceivedAt = At,
        AmountMinor = amount,
        Currency = "BRL",
        Click = new() { EventId = "c", IngestId = "0", EventTime = At, Source = "meta" },
    };
}
