using Npgsql;
using TrackHub.Ledger.Retaining;

namespace TrackHub.Integration.Plans;

/// <summary>What production code asks of the big tables is answered by the index meant for it (R59), measured on a million clicks; here the pages' questions and retention's.</summary>
[Collection(nameof(SeededDatabase))]
public sealed class QueryPlanTests(SeededDatabase seeded)
{
    private const string Brand = "brand0000001";

    [Fact]
    public async Task The_volume_is_what_the_plans_are_proven_on()
    {
        (await seeded.Database.ScalarAsync<long>("select count(*) from clicks")).ShouldBe(SeededDatabase.Clicks);
        (await seeded.Database.ScalarAsync<long>("select count(distinct tableoid) from clicks")).ShouldBe(4);
    }

    [Theory]
    [InlineData("select ingest_id from clicks where brand_id = $1 and click_id = 'th_600000'", "clicks_click_id")]
    [InlineData("select ingest_id from clicks where brand_id = $1 and session_id = 's150000'", "clicks_session")]
    [InlineData("select ingest_id from clicks where brand_id = $1 and email_hash = int4send(30000)", "clicks_email")]
    [InlineData("select ingest_id from clicks where brand_id = $1 and phone_hash = int4send(15000)", "clicks_phone")]
    [InlineData("select ingest_id from clicks where brand_id = $1 and fbclid_hash = int4send(600000)", "clicks_fbclid")]
    [InlineData("select ingest_id from clicks where brand_id = $1 and external_hash = int4send(12000)", "clicks_external")]
    [InlineData("select session_id from identities where brand_id = $1 and index_kind = 'email' and index_value = int4send(2000)", "identities_value")]
    [InlineData("select state from orders where brand_id = $1 and sale_id = 'S600'", "orders_sale")]
    [InlineData("select stage from conversions where brand_id = $1 and event_id = 'e600'", "conversions_event_id")]
    [InlineData("select state from dedupe_registry where brand_id = $1 and event_id = 'e600'", "dedupe_registry_pkey")]
    [InlineData("select outcome from dispatch_attempts where brand_id = $1 and event_id = 'e600'", "dispatch_attempts_pkey")]
    public async Task Row_level_security_leaves_a_page_its_index(string sql, string index)
    {
        var plans = await seeded.ShouldUseAsync(AskAsync, index, "brands_pkey?", "brands_tenant_id_name_key?");

        if (index == "identities_value") plans.IndexOnly.ShouldContain(index);

        async Task AskAsync()
        {
            await using var connection = await seeded.Console.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using (var tenant = new NpgsqlCommand("set local app.tenant = 'big'", connection, transaction))
                await tenant.ExecuteNonQueryAsync();
            await using var command = new NpgsqlCommand(sql, connection, transaction) { Parameters = { new() { Value = Brand } } };
            (await command.ExecuteScalarAsync()).ShouldNotBeNull();
        }
    }

    [Fact]
    public async Task Figures_and_anomalies_of_one_brand_among_a_thousand_are_walked_along_their_keys()
    {
        var (hours, page, anomalies) = (0, 0, 0);
        string[] brands = ["brands_pkey?", "brands_tenant_id_name_key?"];
        var all = await seeded.ShouldUseAsync(async () => hours = await PerformanceQueries.FiguresAsync(seeded), ["performance_metrics_pkey", .. brands]);
        var one = await seeded.ShouldUseAsync(async () => page = await PerformanceQueries.PageAsync(seeded), ["performance_metrics_pkey", .. brands]);
        await seeded.ShouldUseAsync(async () => anomalies = await PerformanceQueries.AnomaliesAsync(seeded), ["performance_anomalies_newest", .. brands]);

        (hours, page, anomalies).ShouldBe((4 * 2_160, 101, 51 + 39));
        all.Text.ShouldContain("hashed SubPlan", customMessage: "each hour was compared with each of the tenant's brands");
        one.Scanned.Count(static table => table.StartsWith("performance_metrics", StringComparison.Ordinal)).ShouldBeLessThan(3, "the last twenty days lie in one month, or two");
    }

    [Fact]
    public async Task Retention_walks_blocks_and_never_a_whole_table_at_once()
    {
        foreach (var (table, sql, _) in OldRows.Statements.Where(static s => s.Table is not ("book_minutes" or "alerts")))
        {
            var plans = await seeded.PlansOfAsync(() => seeded.RunAsync(sql, "(0,0)", "(10,0)", DateTime.UnixEpoch));
            plans.Text.ShouldContain("Tid Range Scan", customMessage: table);
            plans.Sequential.ShouldBeEmpty(table);
        }
    }
}
