using Npgsql;
using TrackHub.Metrics.Sentry.Explaining;
using TrackHub.Metrics.Sentry.Judging;
using TrackHub.Metrics.Sentry.Watching;
using TrackHub.Schemas;

namespace TrackHub.Integration.Plans;

/// <summary>What The Sentry asks of one brand at each look is found by keys, however many rows there are beside it.</summary>
[Collection(nameof(SeededDatabase))]
public sealed class SentryPlanTests(SeededDatabase seeded)
{
    private static readonly WatchedBrand Many = new("many00000500", "America/Sao_Paulo", "BRL", SentryRules.Medium, null);

    [Fact]
    public async Task Hours_and_open_anomalies_of_a_brand_are_walked_along_their_keys()
    {
        var end = new DateTimeOffset(await seeded.Database.ScalarAsync<DateTime>("select seed_month(0)"));
        var (hours, known) = (0L, 0);

        var looked = await PlansAsync(async (connection, transaction) =>
        {
            var history = new FigureHistory(connection, transaction, Many);
            await history.FingerprintAsync(end.AddHours(-48), end, default);
            hours = (await history.ReadAsync(MetricSource.Aggregated, end.AddDays(-66), end, default)).Between(0, 66 * 24).Spend / 100;
        });
        var remembered = await PlansAsync(async (connection, transaction) =>
            known = (await new AnomalyTable(connection, transaction, Many).FindAsync(end.AddHours(-96), default)).Count);
        var complete = await PlansAsync((connection, transaction) =>
            new FigureHistory(connection, transaction, Many with { BrandId = "brand0000001" }).CompleteAsync(end, default));

        (hours, known).ShouldBe((66 * 24L, 60));
        ShouldFind(looked, "performance_metrics_pkey");
        remembered.Sequential.ShouldBeEmpty(remembered.Text);
        remembered.Indexes.ShouldBeSubsetOf(["performance_anomalies_newest", "performance_anomalies_open", "performance_anomalies_unpublished"], remembered.Text);
        ShouldFind(complete, "spend_facts_pkey");
    }

    [Fact]
    public async Task Origins_of_some_hours_sales_cost_those_sales_and_not_the_brands_months()
    {
        // Two brands, a sale a minute each for forty days.
        foreach (var sql in (string[])
        [
            """
            insert into conversions (brand_id, gateway, sale_id, revision, ingested_at, ingest_id, event_id, kind, state, test, purchase, event_time, received_at, method, stage, score, quality, passes)
            select b, 'kiwify', 'T' || n, 1, t, md5(b || n)::uuid, b || n, 'approved', 'paid', false, true, t, t, 'pix', 'click_id', 1, 1, 1
            from generate_series(1, 57600) n, unnest(array['sold00000001', 'sold00000002']) b, lateral (select seed_month(0) - n * interval '1 minute' as t) t
            """,
            """
            insert into matches (brand_id, gateway, sale_id, revision, ingested_at, stage, score, rules_version, click)
            select brand_id, gateway, sale_id, revision, ingested_at, stage, 1, 1, '{"utm_campaign": "spring"}' from conversions where brand_id like 'sold%'
            """,
            "analyze conversions, matches",
        ])
            await seeded.Database.ExecuteAsync(sql);
        var end = new DateTimeOffset(await seeded.Database.ScalarAsync<DateTime>("select seed_month(0)"));
        IReadOnlyList<SaleOrigin> origins = [];

        var plans = await PlansAsync(async (connection, transaction) =>
            origins = await SaleOrigins.QueryAsync(connection, transaction, "sold00000001", end.AddHours(-6), end, default));

        origins.ShouldBe([new("click_id", "spring", 360, 360)]);
        ShouldFind(plans, "conversions_sold", "matches_pkey");
    }

    private static void ShouldFind(QueryPlans plans, params string[] indexes)
    {
        plans.Sequential.ShouldBeEmpty(plans.Text);
        plans.Indexes.ShouldBe(indexes, ignoreOrder: true, plans.Text);
    }

    private Task<QueryPlans> PlansAsync(Func<NpgsqlConnection, NpgsqlTransaction, Task> ask) => seeded.PlansOfAsync(async () =>
    {
        await using var connection = await seeded.Writer.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ask(connection, transaction);
    });
}
