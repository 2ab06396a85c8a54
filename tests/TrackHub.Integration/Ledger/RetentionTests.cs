using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using TrackHub.Integration.Streams;
using TrackHub.Integration.Tenants;
using TrackHub.Ledger.Retaining;
using TrackHub.Platform.Tenants;
using TrackHub.Testing;

namespace TrackHub.Integration.Ledger;

/// <summary>Months are made ahead and dropped behind, as the role does it: by the writer's rights alone.</summary>
public sealed class RetentionTests : IAsyncLifetime
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private TenantDatabase _database = null!;
    private NpgsqlDataSource _writer = null!;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private MonthPartitions Months => new(_writer);

    public async Task InitializeAsync()
    {
        _database = await TenantDatabase.MigratedAsync();
        _writer = NpgsqlDataSource.Create(PostgresServer.AsWriter(_database.ConnectionString));
    }

    public async Task DisposeAsync()
    {
        await _writer.DisposeAsync();
        await _database.DisposeAsync();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task A_month_takes_over_what_the_default_partition_caught_of_it()
    {
        await ClicksAsync("2020-01-31 23:59:59.999Z", "2020-02-01 00:00Z", "2020-02-29 23:59:59.999Z", "2020-03-01 00:00Z");

        (await MakeAsync("clicks", "2020-02-01")).ShouldBe(2);

        (await _database.ScalarAsync<long>("select count(*) from clicks")).ShouldBe(4);
        (await _database.ScalarAsync<long>("select count(*) from clicks_y2020m02")).ShouldBe(2);
        (await _database.ScalarAsync<long>("select count(*) from clicks_default")).ShouldBe(2);
        (await MakeAsync("clicks", "2020-02-01")).ShouldBeNull();
        (await _database.RowsAsync("select indexdef from pg_indexes where tablename = 'clicks_y2020m02'")).Count
            .ShouldBe((await _database.RowsAsync("select indexdef from pg_indexes where tablename = 'clicks_default'")).Count);
    }

    [Fact]
    public async Task Months_ahead_that_the_default_partition_already_holds_are_made_by_the_next_round()
    {
        await _database.ExecuteAsync("drop table events_y" + Now.AddMonths(2).ToString("yyyy'm'MM", null));
        await _database.ExecuteAsync("insert into events (ingest_id, ingested_at, brand_id, kind, event_id, event_time, received_at, topic, partition, \"offset\") select gen_random_uuid(), now() + interval '2 months', 'b', 'click', 'e', now(), now(), 't', 0, 0");

        (await Months.MakeAsync()).ShouldBe(new(Made: 1, Moved: 1, Busy: 0));

        (await Months.MakeAsync()).ShouldBe(default);
    }

    [Fact]
    public async Task A_table_in_use_is_left_alone_after_two_seconds_and_tried_again()
    {
        await MakeAsync("clicks", "2020-02-01");
        await using (var reader = await _database.Postgres.OpenConnectionAsync())
        {
            await using var reading = await reader.BeginTransactionAsync();
            await using var command = new NpgsqlCommand("select count(*) from clicks", reader, reading);
            await command.ExecuteScalarAsync();

            (await Keeper().DropMonthsAsync(default)).ShouldBeFalse();
        }

        (await Keeper().DropMonthsAsync(default)).ShouldBeTrue();
        (await _database.ScalarAsync<bool>("select to_regclass('clicks_y2020m02') is null")).ShouldBeTrue();
    }

    [Fact]
    public async Task Only_months_past_their_own_term_are_dropped()
    {
        foreach (var table in new[] { "clicks", "dispatch_attempts" })
        {
            for (var age = 2; age <= 16; age++)
                await MakeAsync(table, MonthOf(Now.AddMonths(-age)));
        }

        using var dropped = Count("trackhub.retention.partitions.dropped");
        (await Keeper().DropMonthsAsync(default)).ShouldBeTrue();

        var left = (await Months.ListAsync()).Where(static p => p.EndsAt is not null).ToLookup(static p => p.Parent, static p => p.EndsAt!.Value);
        left["clicks"].Min().ShouldBeInRange(Now.AddDays(-396), Now.AddDays(-396 + 31));
        left["dispatch_attempts"].Min().ShouldBeInRange(Now.AddDays(-90), Now.AddDays(-90 + 31));
        dropped.Sum.ShouldBe((15 - left["clicks"].Count(end => end <= Now.AddMonths(-1))) + (15 - left["dispatch_attempts"].Count(end => end <= Now.AddMonths(-1))));
        dropped.Sum.ShouldBeGreaterThan(12);
    }

    [Fact]
    public async Task A_clock_that_runs_years_ahead_drops_and_deletes_nothing()
    {
        await _database.ExecuteAsync(SampleRows.OfFirstRelease("tenant-a", "aaaaaaaaaaaa"));
        await _database.ExecuteAsync("delete from identities where last_seen < now() - interval '1 year'");
        await _database.ExecuteAsync("delete from clicks where ingested_at < now() - interval '1 year'");
        var before = (await Months.ListAsync()).Count;
        var keeper = Keeper(new ManualClock(Now.AddYears(20)));

        await keeper.DropMonthsAsync(default);
        await keeper.DeleteRowsAsync(default);

        (await Months.ListAsync()).Count.ShouldBe(before);
        (await _database.ScalarAsync<long>("select count(*) from clicks")).ShouldBe(5);
        (await _database.ScalarAsync<long>("select count(*) from identities")).ShouldBe(5);
    }

    [Fact]
    public async Task The_database_itself_refuses_to_drop_what_is_young_or_no_month()
    {
        var thisMonth = (await Months.ListAsync()).First(p => p.Parent == "clicks" && p.EndsAt > Now);

        (await Should.ThrowAsync<PostgresException>(() => Months.DropAsync(thisMonth, Now.AddYears(5)))).SqlState.ShouldBe(PostgresErrorCodes.InvalidParameterValue);
        foreach (var table in new[] { "clicks", "clicks_default", "tenants", "dedupe_registry_0", "nothing" })
            (await Months.DropAsync(new("clicks", table, null, 0), Now)).ShouldBe(false, table);
        (await _database.ScalarAsync<bool>("select to_regclass('tenants') is not null and to_regclass('clicks_default') is not null")).ShouldBeTrue();
    }

    [Fact]
    public async Task The_default_partition_is_emptied_of_what_is_old_in_batches()
    {
        await _database.ExecuteAsync("""
            insert into clicks (ingest_id, ingested_at, brand_id, kind, event_id, event_time, received_at)
            select gen_random_uuid(), t, 'b', 'click', 'e', t, t from generate_series(1, 250) n, lateral (select '2019-05-05'::timestamptz as t) d
            """);
        await ClicksAsync(Now.AddMonths(-8).ToString("u"));

        (await Months.PurgeDefaultAsync("clicks", Now.AddDays(-396), batch: 100)).ShouldBe(250);
        (await _database.ScalarAsync<long>("select count(*) from clicks")).ShouldBe(1);
    }

    [Fact]
    public async Task Old_rows_go_and_refusals_by_email_stay()
    {
        await _database.ExecuteAsync(SampleRows.OfFirstRelease("tenant-a", "aaaaaaaaaaaa") + SampleRows.OfLater("aaaaaaaaaaaa"));
        using var deleted = Count("trackhub.retention.rows.deleted");

        await Keeper().DeleteRowsAsync(default);

        // Of six moments one is three years old, the fourth, whose consent is a grant; another refuses at that age.
        foreach (var table in new[] { "identities", "orders", "order_revisions", "consents", "dead_letters" })
            (await _database.ScalarAsync<long>($"select count(*) from {table}")).ShouldBe(5, table);
        foreach (var table in new[] { "quarantine", "quality_days", "replays", "redrives", "dead_letter_redrives", "order_facts", "spend_facts", "performance_anomalies" })
            (await _database.ScalarAsync<long>($"select count(*) from {table}")).ShouldBe(1, table);
        deleted.Sum.ShouldBe(12);
        await _database.ExecuteAsync("update consents set at = now() - interval '3 years', ads = false");
        await Keeper().DeleteRowsAsync(default);
        (await _database.ScalarAsync<long>("select count(*) from consents")).ShouldBe(5);
    }

    [Fact]
    public async Task The_registry_forgets_browser_events_after_nine_days_and_orders_after_thirteen_months()
    {
        await _database.ExecuteAsync("""
            insert into dedupe_registry (brand_id, pixel_id, event_name, event_id, state, fence, source_topic, source_partition, source_offset, ingest_id, event_time, is_order, updated_at)
            select 'b', 'p', 'e', is_order || ' ' || age || ' ' || n, 'delivered', 1, 't', 0, 0, gen_random_uuid(), now() - (age || ' days')::interval, is_order, now() - (age || ' days')::interval
            from (values (true, 395), (true, 397), (false, 8), (false, 10)) as v (is_order, age), generate_series(1, 50) as n
            """);

        await Keeper().DeleteRowsAsync(default);

        (await _database.RowsAsync("select distinct is_order || ' ' || split_part(event_id, ' ', 2) || ' ' || count(*) over (partition by is_order) from dedupe_registry order by 1"))
            .ShouldBe(["false 8 50", "true 395 50"]);
    }

    private RetentionKeeper Keeper(TimeProvider? clock = null) => new(
        _writer, Months, new(_writer), Options.Create(new RetentionOptions()), new(_services.GetRequiredService<IMeterFactory>()), clock ?? TimeProvider.System,
        NullLogger<RetentionKeeper>.Instance);

    private CounterProbe Count(string name) => new(_services.GetRequiredService<IMeterFactory>(), name);

    private static string MonthOf(DateTimeOffset moment) => moment.ToString("yyyy-MM-01", null);

    private async Task<long?> MakeAsync(string table, string month)
    {
        await using var command = _writer.CreateCommand($"select make_month_partition('{table}', '{month}')");
        return await command.ExecuteScalarAsync() as long?;
    }

    private Task ClicksAsync(params string[] moments) => _database.ExecuteAsync(string.Join(';', moments.Select(static t =>
        $"insert into clicks (ingest_id, ingested_at, brand_id, kind, event_id, event_time, received_at) values (gen_random_uuid(), '{t}', 'b', 'click', 'e', now(), now())")));
}
