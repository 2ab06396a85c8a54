using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Npgsql;
using TrackHub.Cli.Demo.Check;
using TrackHub.Cli.Explaining;
using TrackHub.Dispatch;
using TrackHub.Dispatch.Claiming;
using TrackHub.Dispatch.Parking;
using TrackHub.Dispatch.Recording;
using TrackHub.Dispatch.Replaying;
using TrackHub.Dispatch.Verdicts;
using TrackHub.Ledger.Retaining;
using TrackHub.Matching.Consents;
using TrackHub.Matching.Orders;
using TrackHub.Matching.Windows;
using TrackHub.Platform.Tenants;

namespace TrackHub.Integration.Plans;

/// <summary>What production code asks of the big tables is answered by the index meant for it (R59), measured on a million clicks.</summary>
public sealed partial class QueryPlanTests(SeededDatabase seeded) : IClassFixture<SeededDatabase>
{
    private const string Brand = "brand0000001";

    [Fact]
    public async Task The_volume_is_what_the_plans_are_proven_on()
    {
        (await seeded.Database.ScalarAsync<long>("select count(*) from clicks")).ShouldBe(SeededDatabase.Clicks);
        (await seeded.Database.ScalarAsync<long>("select count(distinct tableoid) from clicks")).ShouldBe(4);
    }

    [Fact]
    public async Task A_click_that_left_the_windows_is_fetched_from_its_own_month()
    {
        var click = await seeded.Database.RowsAsync("select ingest_id || '|' || ingested_at || '|' || brand_id from seeded_clicks_2 limit 20");
        var plans = await seeded.PlansOfAsync(() => RunAsync(
            KnownClicks.SelectFromTable,
            click.Select(static c => Guid.Parse(c.Split('|')[0])).ToArray(),
            click.Select(static c => DateTimeOffset.Parse(c.Split('|')[1], null).UtcDateTime).ToArray(),
            click.Select(static c => c.Split('|')[2]).ToArray()));

        plans.ShouldUse("clicks_pkey");
        plans.Scanned.ShouldBe(["seeded_clicks_2"]);
    }

    [Fact]
    public async Task Orders_are_peeked_and_locked_by_key()
    {
        var store = new OrderStore(seeded.Writer);
        OrderKey[] keys = [.. Enumerable.Range(1, 100).Select(static n => new OrderKey(Brand, "kiwify", $"S{n}"))];

        (await seeded.PlansOfAsync(() => store.PeekAsync(keys, [Guid.NewGuid()], default))).ShouldUse("orders_pkey|orders_sale", "order_revisions_pkey");
        (await seeded.PlansOfAsync(async () => await (await store.LockAsync(keys, keys, default)).DisposeAsync())).ShouldUse("orders_pkey|orders_sale", "orders_names");
        (await seeded.PlansOfAsync(() => store.NamedAsync(keys, default))).ShouldUse("orders_names");
    }

    [Fact]
    public async Task Consents_are_found_by_subject()
    {
        var store = new ConsentStore(seeded.Writer);
        var subject = new ConsentSubject(Brand, "session", "s100"u8.ToArray());

        (await seeded.PlansOfAsync(() => store.FindAsync([[subject], [subject with { Kind = "email" }]], default))).ShouldUse("consents_pkey");
    }

    [Fact]
    public async Task The_registry_is_read_claimed_and_ended_by_key()
    {
        object[] keys = [Many(Brand), Many("px"), Many("Purchase"), Enumerable.Range(1, 50).Select(static n => $"e{n * 100}").ToArray()];

        (await seeded.PlansOfAsync(() => RunAsync(ClaimSql.Rows, keys))).ShouldUse("dedupe_registry_pkey");
        (await seeded.PlansOfAsync(() => RunAsync(ClaimSql.EndOlderAttempts, [.. keys, Enumerable.Repeat(1L, 50).ToArray(), "unknown", "lease_over"])))
            .ShouldUse("dispatch_attempts_pkey");
        (await seeded.PlansOfAsync(() => RunAsync(ClaimSql.Claim, Samples(ClaimSql.Claim, keys)))).ShouldUse("consents_pkey", "dedupe_registry_pkey", "suppressions_pkey?");

        static string[] Many(string value) => [.. Enumerable.Repeat(value, 50)];
    }

    [Theory]
    [InlineData("dedupe_registry", RegistryResults.WriteRows)]
    [InlineData("dispatch_attempts", RegistryResults.WriteAttempts)]
    public async Task Metas_answer_is_written_beside_the_claim_and_into_no_index(string table, string sql)
    {
        var indexed = await seeded.Database.RowsAsync($"""
            select a.attname from pg_attribute a
            where a.attrelid = '{table}'::regclass and a.attnum > 0 and exists (
                select from pg_index i left join pg_depend d on d.objid = i.indexrelid and d.classid = 'pg_class'::regclass and d.refobjid = i.indrelid
                where i.indrelid = a.attrelid and (a.attnum = any (i.indkey) or a.attnum = d.refobjsubid))
            """);
        var full = await seeded.Database.RowsAsync($"""
            select c.relname from pg_partition_tree('{table}') t join pg_class c on c.oid = t.relid where t.isleaf and not coalesce('fillfactor=60' = any (c.reloptions), false)
            """);

        indexed.ShouldContain("event_id");
        Assigned().Matches(sql).Select(static m => m.Groups["column"].Value).Intersect(indexed).ShouldBeEmpty();
        full.ShouldBeEmpty("no room beside the claim");
    }

    [Fact]
    public async Task A_full_call_is_claimed_and_written_by_key_and_not_by_reading_the_registry()
    {
        var wishes = Enumerable.Range(1, 1_000).Select(static n => new ClaimWish(Waiting($"e{n * 100}"), new("", "", ConsentBasis.Granted), OwnFence: 0)).ToList();
        IReadOnlyList<ClaimedEvent> claimed = [];

        var claim = await seeded.PlansOfAsync(async () => claimed = await new RegistryClaims(seeded.Writer, Options.Create(new DispatchOptions())).ClaimAsync(wishes, "batch", default));
        var write = await seeded.PlansOfAsync(() => new RegistryResults(seeded.Writer).WriteAsync(
            [.. claimed.Select(static c => EventResult.Of(c with { Row = c.Row with { Fence = -1 } }, new(Verdict.Delivered, "")))], new("batch", null, null), lane: null, default));

        claim.Sequential.ShouldBeEmpty(claim.Text);
        claim.Indexes.ShouldContain("dedupe_registry_pkey");
        Compared().Matches(claim.Text).Sum(static m => long.Parse(m.Groups["rows"].Value, null)).ShouldBeLessThan(10 * wishes.Count, "events and their consents, each with each\n" + claim.Text);
        write.Sequential.ShouldBeEmpty(write.Text);
        write.Indexes.ShouldContain(static index => index.StartsWith("dispatch_attempts_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_taken_up_released_swept_and_judged_is_found_by_key_and_not_by_reading_the_registry()
    {
        List<WaitingEvent> events = [.. Enumerable.Range(1, 1_000).Select(static n => Waiting($"e{n * 100}"))];
        Task ReadAsync(string sql, params object[] more) => ReadKeysAsync(sql, events, more);
        object[] sweep = [new long[events.Count], Enumerable.Repeat("parked_token", events.Count).ToArray()];

        foreach (var run in (Func<Task>[])
        [
            () => TakeUpAsync(events),
            () => TakeUp.UnclaimedAsync(seeded.Writer, events, default),
            () => ReadAsync(ParkedRelease.Wanted),
            () => ReadAsync(ParkedRelease.Done),
            () => ReadAsync(ParkedSweep.End, sweep),
        ])
        {
            var plans = await seeded.PlansOfAsync(run);

            plans.Sequential.ShouldBeEmpty(plans.Text);
            plans.Indexes.ShouldContain(static index => index.StartsWith("dedupe_registry_", StringComparison.Ordinal), plans.Text);
        }
    }

    private async Task TakeUpAsync(List<WaitingEvent> events)
    {
        await using var connection = await seeded.Writer.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        (await TakeUp.RowsAsync(connection, transaction, events, default)).ShouldBeEmpty();   // delivered, all of them
        await transaction.CommitAsync();
    }

    private async Task ReadKeysAsync(string sql, List<WaitingEvent> events, object[] more)
    {
        await using var batch = KeyLookups.Over(seeded.Writer.CreateBatch(), sql, events.Select(static e => e.Key));
        foreach (var value in more)
            batch.BatchCommands[^1].Parameters.Add(new() { Value = value });
        await batch.ExecuteNonQueryAsync();
    }

    private static WaitingEvent Waiting(string eventId) => new(
        new() { Coordinates = new("capi-dispatch", 0, 1), Timestamp = default, Value = [] },
        new()
        {
            IngestId = "019bc1a0-0000-7000-8000-000000000001",
            BrandId = Brand,
            PixelId = "px",
            EventName = "Purchase",
            EventId = eventId,
            EventTime = DateTimeOffset.UnixEpoch,
            ReceivedAt = DateTimeOffset.UnixEpoch,
            SaleId = "S1",
            ConsentSessions = ["s100"],
        },
        arrivedAt: 0,
        CancellationToken.None);

    [Fact]
    public async Task Explain_finds_a_sale_by_each_of_its_names()
    {
        var reader = new StoryReader(seeded.Writer);
        string[] story =
        [
            "events_sale", "conversions_pkey", "matches_pkey", "brands_pkey?", "orders_pkey?", "event_outcomes_event_id", "dedupe_registry_pkey", "dispatch_attempts_pkey",
            "dead_letters_event", "dead_letters_brand?", "events_event_id", "orders_sale", "orders_names", "conversions_event_id", "book_entries_pkey?", "match_rules_pkey?",
        ];

        (await seeded.PlansOfAsync(() => reader.FindAsync("S500", null, default))).ShouldUse(story);
        (await seeded.PlansOfAsync(() => reader.FindAsync("e500", null, default))).ShouldUse(story);
        (await seeded.PlansOfAsync(() => reader.FindAsync("ingest-events/8/500", null, default))).ShouldUse([.. story.Except(["events_event_id"]), "events_receipt"]);
        (await seeded.PlansOfAsync(() => reader.DeadLettersAsync(new("ingest-events", 8, 500), default))).ShouldUse("dead_letters_source", "dead_letters_place");
        (await seeded.PlansOfAsync(() => reader.DeadLettersOfAsync("019bc1a0-0000-7000-8000-000000000001", default))).ShouldUse("dead_letters_ingest", "dead_letters_event");
    }

    [Fact]
    public async Task Explain_finds_the_clicks_near_a_sale_without_one_by_each_of_its_keys()
    {
        await seeded.Database.ExecuteAsync("""
            update events set click_id = 'th_505', session_id = 's126', email_hash = int4send(33), phone_hash = int4send(34) where event_id = 'e505';
            update conversions set stage = 'none' where event_id = 'e505';
            update matches m set reason = 'no_candidate', ingested_at = c.ingested_at from conversions c where m.sale_id = 'S505' and c.event_id = 'e505';
            """);

        var story = (await new StoryReader(seeded.Writer).FindAsync("S505", null, default)).ShouldHaveSingleItem();
        var plans = await seeded.PlansOfAsync(() => new StoryReader(seeded.Writer).FindAsync("S505", null, default));

        story.Near.Select(static near => near.Key).ShouldBe(["click_id", "session_id", "email"], ignoreOrder: true);
        plans.Sequential.ShouldBeEmpty(plans.Text);
        foreach (var index in (string[])["clicks_click_id", "clicks_session", "clicks_email", "clicks_phone", "identities_value"])
            plans.Indexes.ShouldContain(index, plans.Text);
    }

    [Fact]
    public async Task The_demo_finds_ends_by_ingest_id_and_in_the_months_asked_for()
    {
        var books = new BooksReader(seeded.Writer);
        var ids = await seeded.Database.RowsAsync("select ingest_id::text from seeded_outcomes_0 limit 50");
        var month = new DateTimeOffset(await seeded.Database.ScalarAsync<DateTime>("select seed_month(0)"));

        var ends = await seeded.PlansOfAsync(() => books.EndsAsync(ids, month, default));
        ends.ShouldUse("event_outcomes_pkey");
        ends.Scanned.ShouldNotContain("seeded_outcomes_1");
        (await seeded.PlansOfAsync(() => books.DeadLettersAsync(ids, default))).ShouldUse("dead_letters_ingest");
        (await seeded.PlansOfAsync(() => books.KnownEventsAsync(["e1", "e2", "e70000"], default))).ShouldUse("events_event_id");
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
        var plans = await seeded.PlansOfAsync(async () =>
        {
            await using var connection = await seeded.Console.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using (var tenant = new NpgsqlCommand("set local app.tenant = 'big'", connection, transaction))
                await tenant.ExecuteNonQueryAsync();
            await using var command = new NpgsqlCommand(sql, connection, transaction) { Parameters = { new() { Value = Brand } } };
            (await command.ExecuteScalarAsync()).ShouldNotBeNull();
        });

        plans.Sequential.ShouldBeEmpty(plans.Text);
        plans.Indexes.ShouldContain(index, plans.Text);
        if (index == "identities_value") plans.IndexOnly.ShouldContain(index);
    }

    [Fact]
    public async Task Figures_and_anomalies_of_one_brand_among_a_thousand_are_walked_along_their_keys()
    {
        var (hours, page, anomalies) = (0, 0, 0);
        var all = await seeded.PlansOfAsync(async () => hours = await PerformanceQueries.FiguresAsync(seeded));
        var one = await seeded.PlansOfAsync(async () => page = await PerformanceQueries.PageAsync(seeded));
        var found = await seeded.PlansOfAsync(async () => anomalies = await PerformanceQueries.AnomaliesAsync(seeded));

        (hours, page, anomalies).ShouldBe((4 * 2_160, 101, 51 + 39));
        all.ShouldUse("performance_metrics_pkey", "brands_pkey?", "brands_tenant_id_name_key?");
        all.Text.ShouldContain("hashed SubPlan", customMessage: "each hour was compared with each of the tenant's brands");
        one.ShouldUse("performance_metrics_pkey", "brands_pkey?", "brands_tenant_id_name_key?");
        one.Scanned.Count(static table => table.StartsWith("performance_metrics", StringComparison.Ordinal)).ShouldBeLessThan(3, "the last twenty days lie in one month, or two");
        found.ShouldUse("performance_anomalies_newest", "brands_pkey?", "brands_tenant_id_name_key?");
    }

    [Fact]
    public async Task Retention_walks_blocks_and_never_a_whole_table_at_once()
    {
        foreach (var (table, sql, _) in OldRows.Statements.Where(static s => s.Table is not ("book_minutes" or "alerts")))
        {
            var plans = await seeded.PlansOfAsync(() => RunAsync(sql, "(0,0)", "(10,0)", DateTime.UnixEpoch));
            plans.Text.ShouldContain("Tid Range Scan", customMessage: table);
            plans.Sequential.ShouldBeEmpty(table);
        }
    }

    /// <summary>Runs a statement and takes it back.</summary>
    private async Task RunAsync(string sql, params object[] values)
    {
        await using var connection = await seeded.Writer.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            // The plan is what counts.
        }
    }

    /// <summary>Values for all of a statement's parameters by their casts, after those given; arrays as long as the first.</summary>
    private static object[] Samples(string sql, object[] given)
    {
        var length = ((Array)given[0]).Length;
        var types = Cast().Matches(sql).DistinctBy(static m => m.Groups["n"].Value).ToDictionary(static m => int.Parse(m.Groups["n"].Value, null), static m => m.Groups["type"].Value);
        return [.. Enumerable.Range(1, Number().Matches(sql).Max(static m => int.Parse(m.Groups["n"].Value, null))).Select(n => n <= given.Length ? given[n - 1] : Sample(types.GetValueOrDefault(n, "text")))];

        object Sample(string type) => type switch
        {
            "uuid[]" => Enumerable.Range(0, length).Select(static _ => Guid.NewGuid()).ToArray(),
            "timestamptz[]" => Enumerable.Repeat(DateTime.UnixEpoch, length).ToArray(),
            "boolean[]" => Enumerable.Repeat(true, length).ToArray(),
            "int[]" => new int[length],
            "bigint[]" => Enumerable.Range(1, length).Select(static n => (long)n).ToArray(),
            "bytea[]" => Enumerable.Range(1, length).Select(static n => BitConverter.GetBytes(n)).ToArray(),
            "text[]" => Enumerable.Repeat("", length).ToArray(),
            "interval" => TimeSpan.FromSeconds(15),
            _ => "x",
        };
    }

    [GeneratedRegex(@"""Rows Removed by Join Filter"": (?<rows>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Compared();

    [GeneratedRegex(@"\$(?<n>\d+)::(?<type>\w+(\[\])?)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Cast();

    [GeneratedRegex(@"(?<=set\s|,\s+)(?<column>[a-z_]+)(?= = )")]
    private static partial Regex Assigned();

    [GeneratedRegex(@"\$(?<n>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Number();
}
