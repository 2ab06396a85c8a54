using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Ledger.Projecting;
using TrackHub.Ledger.Rebuilding;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Ledger;

/// <summary><c>rebuild ledger</c>: what it makes again is as it was, what it keeps is untouched.</summary>
public sealed class LedgerRebuildTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // Each table's rows as text, in an order of their own. A click's user data is sealed anew, so its bytes differ.
    private static readonly (string Table, string Row)[] Tables =
    [
        ("events", "to_jsonb(t)::text"), ("clicks", "(to_jsonb(t) - 'user_data')::text || coalesce(octet_length(user_data), 0)"), ("identities", "to_jsonb(t)::text"),
        ("conversions", "to_jsonb(t)::text"), ("matches", "to_jsonb(t)::text"), ("event_outcomes", "to_jsonb(t)::text"), ("book_entries", "to_jsonb(t)::text"),
        ("book_minutes", "to_jsonb(t)::text"), ("quality_days", "to_jsonb(t)::text"), ("dead_letters", "to_jsonb(t)::text"), ("quarantine", "to_jsonb(t)::text"),
        ("alerts", "to_jsonb(t)::text"), ("ledger_offsets", "topic || '/' || partition || ' ' || next_offset"),
    ];

    private LedgerProcess _ledger = null!;
    private MixedLog _log = null!;
    private DateTimeOffset _week;

    private LedgerRebuild Rebuild => _ledger.Host.Services.GetRequiredService<LedgerRebuild>();

    public async Task InitializeAsync()
    {
        _ledger = await LedgerProcess.StartAsync("--Ledger:AuditInterval=00:00:00.100", "--Ledger:QualityMinEvents=3", "--Ledger:MaxBatchSize=4");
        _week = new DateTimeOffset(LedgerProcess.Now.UtcDateTime.Date.AddDays(-7), TimeSpan.Zero);
        _log = new(_ledger, _week);
        // As a system that has run for longer: a new one has secrets from yesterday on, and a rebuild would go no further back.
        await new DaySecrets(_ledger.Database, _ledger.Host.Services.GetRequiredService<MasterKeys>(), new ManualClock(_week)).EnsureAsync(daysAhead: 9);
    }

    public async Task DisposeAsync() => await _ledger.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whatever_was_spoilt_is_made_again_and_what_is_older_stays(bool isKilled)
    {
        await _log.TellAsync();
        await KeepsakesAsync();
        var right = await RowsAsync();
        var (letters, alarms) = (await EndAsync(Topics.DeadLetters), await EndAsync(Topics.Alerts));
        await SpoilAsync();
        (await RowsAsync()).ShouldNotBe(right);

        if (isKilled) await _ledger.StopRoleAsync();
        (await Rebuild.BeginAsync(default)).ShouldBe(_week);
        if (isKilled)
        {
            (await Rebuild.BeginAsync(default)).ShouldBeNull("one is under way");
            (await Rebuild.ProgressAsync(default)).ShouldNotBeNull().Left.ShouldBeGreaterThan(20);
            await _ledger.StartRoleAsync();
            await Eventually.Holds(async () => (await Rebuild.ProgressAsync(default) is not { } progress || progress.Left < 20).ShouldBeTrue(), Limit);
            await _ledger.StopRoleAsync();
            await _ledger.StartRoleAsync();
        }

        await DoneAsync();
        await Eventually.Holds(async () => (await RowsAsync()).ShouldBe(right), Limit);
        (await Rebuild.BeginAsync(default)).ShouldBe(_week);
        await DoneAsync();
        await Eventually.Holds(async () => (await RowsAsync()).ShouldBe(right, "a second rebuild changes nothing"), Limit);
        (await EndAsync(Topics.DeadLetters)).ShouldBe(letters, "a letter is written once");
        (await EndAsync(Topics.Alerts)).ShouldBe(alarms, "an alarm is told once");
    }

    [Fact]
    public async Task What_comes_while_it_reads_again_is_not_skipped()
    {
        await _log.TellAsync();
        await Rebuild.BeginAsync(default);
        var late = _log.Outcome(_week.AddDays(-1));
        await _ledger.ProduceAsync(Topics.EventOutcomes, late);

        await DoneAsync();
        await Eventually.Holds(async () => (await _ledger.ScalarAsync<long>("select count(*) from event_outcomes where ingest_id = $1", Guid.Parse(late.IngestId))).ShouldBe(1), Limit);
        (await _ledger.ScalarAsync<long>("select count(*) from ledger_offsets where next_offset < again_until")).ShouldBe(0);
    }

    [Fact]
    public async Task A_dry_run_says_what_it_would_do_and_changes_nothing()
    {
        await _log.TellAsync();
        await KeepsakesAsync();
        var right = await RowsAsync();

        var plan = await Rebuild.PlanAsync(default);

        plan.From.ShouldBe(_week);
        plan.Because.ShouldContain("7 days");
        plan.Topics.Single(static t => t.Topic == "conversions").ShouldBe(new("conversions", null, 8));
        plan.Tables.Single(static t => t.Table == "conversions").ShouldBe(new("conversions", 6, 1));
        plan.Tables.Single(static t => t.Table == "matches").ShouldBe(new("matches", 6, 0));
        plan.Tables.ShouldNotContain(static t => t.Table == "alerts");
        (await RowsAsync()).ShouldBe(right);
        (await Rebuild.ProgressAsync(default)).ShouldBeNull();
    }

    [Fact]
    public async Task Nothing_is_deleted_that_the_log_has_lost()
    {
        // An hour's margin: what is told as of two hours from now lies behind it.
        var (gone, kept, again) = (_log.Click(LedgerProcess.Now), _log.Click(LedgerProcess.Now), _log.Click(LedgerProcess.Now.AddHours(2)));
        foreach (var click in new[] { gone, kept, again })
            await _ledger.ProduceAsync(Topics.TrackEvents, click);
        var outcome = await _ledger.ProduceAsync(Topics.EventOutcomes, _log.Outcome(LedgerProcess.Now));
        await _log.ReadAsync(4);
        var place = await _ledger.ScalarAsync<int>("select partition from events where ingest_id = $1", Guid.Parse(gone.IngestId));
        using (var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _ledger.BootstrapServers }).Build())
            await admin.DeleteRecordsAsync([new(Topics.TrackEvents.Name, place, 1), new(Topics.EventOutcomes.Name, outcome.Partition, outcome.Offset + 1)]);
        await _ledger.ScalarAsync<int>("update events set event_id = 'spoilt'");

        var from = (await Rebuild.BeginAsync(default)).ShouldNotBeNull();

        from.ShouldBeInRange(LedgerProcess.Now.AddMinutes(30), LedgerProcess.Now.AddMinutes(62));
        await DoneAsync();
        await Eventually.Holds(async () => (await EventIdAsync(again)).ShouldBe(again.EventId), Limit);
        (await EventIdAsync(kept)).ShouldBe("spoilt", "it lies before the rebuild, though the log has it");
        (await EventIdAsync(gone)).ShouldBe("spoilt");
        (await _ledger.ScalarAsync<long>("select count(*) from event_outcomes")).ShouldBe(4);
        (await _ledger.ScalarAsync<long>("select sum(accepted)::bigint from book_minutes")).ShouldBe(4);
    }

    [Fact]
    public async Task A_log_that_was_begun_anew_is_not_taken_for_a_whole_one()
    {
        var click = _log.Click(LedgerProcess.Now);
        await _ledger.ProduceAsync(Topics.TrackEvents, click);
        await _log.ReadAsync(1);
        (await Rebuild.PlanAsync(default)).From.ShouldBe(_week);

        await _ledger.ScalarAsync<int>(
            """
            insert into events (ingest_id, ingested_at, brand_id, kind, event_id, event_time, received_at, topic, partition, "offset")
            select gen_random_uuid(), now() - interval '2 days', brand_id, kind, 'older', event_time, received_at, topic, partition, 900 from events
            """);

        var plan = await Rebuild.PlanAsync(default);
        plan.From.ShouldBeGreaterThan(LedgerProcess.Now.AddMinutes(30));
        plan.Because.ShouldContain("track-events holds every record only from");
        plan.Tables.Single(static t => t.Table == "events").ShouldBe(new("events", 0, 2));
    }

    [Theory]
    [InlineData("2026-11-20T03:00:00Z", "2026-11-20")]
    [InlineData("2026-11-20T03:00:01Z", "2026-11-21")]
    [InlineData("2026-11-20T00:00:00Z", "2026-11-20")]
    public void The_first_whole_day_of_a_brand_begins_at_its_own_midnight(string from, string day) =>
        BrandDays.FirstWhole(DateTimeOffset.Parse(from, System.Globalization.CultureInfo.InvariantCulture), BrandDays.ZoneOf("America/Sao_Paulo"))
            .ShouldBe(DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Rows from before the rebuild: one that the log never had, one that differs from its record, one whose record has no row any more.</summary>
    private async Task KeepsakesAsync()
    {
        await _ledger.ScalarAsync<int>(
            """
            insert into events (ingest_id, ingested_at, brand_id, kind, event_id, event_time, received_at, topic, partition, "offset")
            select gen_random_uuid(), now() - interval '30 days', brand_id, 'click', 'old', event_time, received_at, 'track-events', 0, 900 from events limit 1;
            update conversions set product_name = 'as it was' where ingested_at < $1;
            """.Replace("$1", $"'{_week:O}'", StringComparison.Ordinal));
        await _ledger.ScalarAsync<int>($"delete from matches where ingested_at < '{_week:O}'");
    }

    private Task SpoilAsync() => _ledger.ScalarAsync<int>(
        $"""
        delete from events where ingested_at >= '{_week:O}' and kind = 'click';
        update clicks set url = 'https://spoilt.example.com' where ingested_at >= '{_week:O}';
        delete from identities where index_value = '\x04';
        update identities set last_seen = last_seen + interval '3 days' where first_seen >= '{_week:O}';
        update conversions set amount_minor = -1, quality = 0 where ingested_at >= '{_week:O}';
        delete from matches where ingested_at >= '{_week:O}' and stage = 'none';
        insert into event_outcomes select gen_random_uuid(), destination, revision, ingested_at, brand_id, event_id, event_name, state, reason, at from event_outcomes where ingested_at >= '{_week:O}';
        delete from book_entries where ingested_at >= '{_week:O}';
        update book_minutes set accepted = accepted + 5, open = 0 where minute >= '{_week:O}';
        update quality_days set events = events + 7 where day >= '{_week:yyyy-MM-dd}' and key <> '';
        delete from dead_letters where at >= '{_week:O}';
        update quarantine set admitted_at = null, reason = 'spoilt';
        update alerts set detail = 'spoilt';
        """);

    private Task DoneAsync() => Eventually.Holds(async () => (await Rebuild.ProgressAsync(default)).ShouldBeNull(), Limit);

    private async Task<long> EndAsync(TopicDefinition topic) => (await _ledger.Host.Services.GetRequiredService<TopicAdmin>().ListAsync(default))
        .Single(state => state.Name == topic.Name).Partitions.Sum(static partition => partition.HighOffset);

    private Task<string?> EventIdAsync(TrackedEvent tracked) => _ledger.ScalarAsync<string>("select event_id from events where ingest_id = $1", Guid.Parse(tracked.IngestId));

    private async Task<IReadOnlyList<string>> RowsAsync()
    {
        var rows = new List<string>();
        foreach (var (table, row) in Tables)
            rows.AddRange((await _ledger.ScalarAsync<string[]>($"select coalesce(array_agg('{table} ' || coalesce({row}, 'null') order by {row}), array[]::text[]) from {table} t"))!);
        return rows;
    }
}
