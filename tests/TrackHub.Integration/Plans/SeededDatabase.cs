using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;
using TrackHub.Integration.Tenants;
using TrackHub.Testing;

namespace TrackHub.Integration.Plans;

/// <summary>A million clicks and what belongs to them, and the plan of every statement that is run on them.</summary>
/// <remarks>
/// The plans are those PostgreSQL really used: <c>auto_explain</c> sends each back as a notice. So no statement is copied here, production code runs its own.
/// Brand 1 has half of all rows, brand 12 a hundredth.
/// </remarks>
[CollectionDefinition(nameof(SeededDatabase))]
public sealed class SeededDatabase : IAsyncLifetime, ICollectionFixture<SeededDatabase>
{
    /// <summary>Clicks, in four months.</summary>
    public const int Clicks = 1_000_000;

    // Loaded without indexes and attached, which builds each in one go: seconds instead of a minute.
    private const string Seed = """
        set maintenance_work_mem = '256MB'; set synchronous_commit = off; set max_parallel_maintenance_workers = 2;
        do $$ declare m record; begin
            for m in select name, parent from month_partitions where to_time is not null and parent in ('clicks', 'events', 'event_outcomes') loop
                execute format('drop table %I', m.name);
            end loop;
        end $$;
        create function seed_brand(n int) returns text language sql immutable return
            'brand' || lpad((case when n % 100 < 50 then 1 when n % 100 < 99 then 2 + n % 10 else 12 end)::text, 7, '0');
        create function seed_month(age int) returns timestamptz language sql stable return date_trunc('month', now() at time zone 'utc') at time zone 'utc' - make_interval(months => age);
        do $$ declare name text; begin
            for age in 0 .. 3 loop
                name := 'seeded_clicks_' || age;
                execute format('create unlogged table %I (like clicks including defaults)', name);
                execute format($f$
                    insert into %I (ingest_id, ingested_at, brand_id, kind, event_id, event_time, received_at, session_id, click_id, email_hash, phone_hash, fbclid_hash, external_hash)
                    select md5('i' || n)::uuid, t, seed_brand(n), 'click', 'e' || n, t, t, 's' || n / 4, 'th_' || n,
                        case when n %% 10 = 0 then int4send(n / 20) end, case when n %% 20 = 0 then int4send(n / 40) end, case when n %% 3 = 0 then int4send(n) end, case when n %% 25 = 0 then int4send(n / 50) end
                    from generate_series(%s, %s) n, lateral (select seed_month(%s) + n %% 20000 * interval '1 minute' as t) t $f$,
                    name, age * 250000, age * 250000 + 249999, age);
                execute format('alter table clicks attach partition %I for values from (%L) to (%L)', name, seed_month(age), seed_month(age - 1));
                name := 'seeded_events_' || age;
                execute format('create unlogged table %I (like events including defaults)', name);
                execute format($f$
                    insert into %I (ingest_id, ingested_at, brand_id, kind, event_id, event_time, received_at, gateway, sale_id, topic, partition, "offset")
                    select md5('i' || n)::uuid, t, seed_brand(n), 'sale', 'e' || n, t, t, 'kiwify', case when n %% 5 = 0 then 'S' || n end, 'ingest-events', n %% 12, n
                    from generate_series(%s, %s) n, lateral (select seed_month(%s) + n %% 20000 * interval '1 minute' as t) t $f$,
                    name, age * 40000, age * 40000 + 39999, age);
                execute format('alter table events attach partition %I for values from (%L) to (%L)', name, seed_month(age), seed_month(age - 1));
                name := 'seeded_outcomes_' || age;
                execute format('create unlogged table %I (like event_outcomes including defaults)', name);
                execute format($f$
                    insert into %I (ingest_id, destination, revision, ingested_at, brand_id, event_id, state, at)
                    select md5('i' || n)::uuid, 'px', 1, t, seed_brand(n), 'e' || n, 'delivered', t
                    from generate_series(%s, %s) n, lateral (select seed_month(%s) + n %% 20000 * interval '1 minute' as t) t $f$,
                    name, age * 40000, age * 40000 + 39999, age);
                execute format('alter table event_outcomes attach partition %I for values from (%L) to (%L)', name, seed_month(age), seed_month(age - 1));
            end loop;
        end $$;
        insert into tenants (id, name, window_key_sealed) values ('big', 'big', ''), ('small', 'small', '');
        insert into brands (id, tenant_id, name, index_key_sealed) select distinct seed_brand(n), case when seed_brand(n) = 'brand0000001' then 'big' else 'small' end, seed_brand(n), '' from generate_series(0, 999) n;
        insert into identities select seed_brand(n), 's' || n, 'email', int4send(n / 3), now(), now() from generate_series(1, 100000) n;
        insert into orders (brand_id, gateway, sale_id, state, rank, revision, first_seen, updated_at) select seed_brand(n), 'kiwify', 'S' || n, 'approved', 1, 1, now(), now() from generate_series(1, 60000) n;
        insert into order_revisions (brand_id, gateway, sale_id, ingest_id, revision, kind, outcome) select seed_brand(n), 'kiwify', 'S' || n, md5('i' || n)::uuid, 1, 'approved', '' from generate_series(1, 60000) n;
        insert into conversions (brand_id, gateway, sale_id, revision, ingested_at, ingest_id, event_id, kind, state, test, purchase, event_time, received_at, method, stage, score, quality, passes)
            select seed_brand(n), 'kiwify', 'S' || n, 1, now(), md5('i' || n)::uuid, 'e' || n, 'approved', 'paid', false, true, now(), now(), 'pix', 'click_id', 1, 1, 1 from generate_series(1, 60000) n;
        insert into matches (brand_id, gateway, sale_id, revision, ingested_at, stage, score, rules_version) select seed_brand(n), 'kiwify', 'S' || n, 1, now(), 'click_id', 1, 1 from generate_series(1, 60000) n;
        insert into consents (brand_id, subject_kind, subject, ads, at, ingest_id) select seed_brand(n), 'session', ('s' || n)::bytea, true, now(), md5('i' || n)::uuid from generate_series(1, 60000) n;
        insert into dead_letters (dead_letter_id, at, stage, reason, detail, ingest_id, brand_id, event_id, source_topic, source_partition, source_offset, topic, partition, "offset")
            select 'd' || n, now(), 'ingest', 'r', '', md5('i' || n)::uuid, seed_brand(n), 'e' || n, 'ingest-events', n % 12, n, 'dead-letters', n % 6, n from generate_series(1, 60000) n;
        insert into quality_days (brand_id, day, event_name, key, events, green, score_tenths)
            select seed_brand(b), now()::date - d, 'Purchase', k, 100, 50, 5900 from generate_series(49, 99) b, generate_series(0, 300) d, unnest(array['', 'em', 'fbc', 'ph']) k on conflict do nothing;
        insert into quarantine (quarantine_id, brand_id, gateway, connection_id, received_at, reason, topic, partition, "offset")
            select md5('q' || n)::uuid, seed_brand(n), 'kiwify', 'con' || n % 100, now(), 'signature_invalid', 'quarantine', n % 3, n from generate_series(1, 60000) n;
        insert into dedupe_registry (brand_id, pixel_id, event_name, event_id, state, fence, source_topic, source_partition, source_offset, ingest_id, event_time, is_order)
            select seed_brand(n), 'px', 'Purchase', 'e' || n, 'delivered', n, 't', 0, n, md5('i' || n)::uuid, now(), true from generate_series(1, 120000) n;
        insert into dispatch_attempts (brand_id, pixel_id, event_name, event_id, fence, started_at, ingest_id, attempt, ladder_step, batch_id, batch_size)
            select seed_brand(n), 'px', 'Purchase', 'e' || n, n, now(), md5('i' || n)::uuid, 1, 0, 'b' || n / 50, 50 from generate_series(1, 120000) n;
        insert into order_facts (brand_id, gateway, sale_id, first_received_at, revision, state, source, edition)
            select seed_brand(n), 'kiwify', 'S' || n, now(), 1, 'approved', 'meta', 1 from generate_series(1, 60000) n;
        insert into spend_facts (brand_id, source, account_id, hour, pulled_at, currency, amount_minor, clicks, impressions, edition)
            select seed_brand(b), s, 'act_1', seed_month(0) - h * interval '1 hour', now(), 'BRL', 1, 1, 1, 1 from generate_series(49, 99) b, generate_series(0, 600) h, unnest(array['meta', 'google']) s on conflict do nothing;
        insert into performance_anomalies
                (id, brand_id, metric_type, severity, hour, window_hours, detected_at, value_at_detection, expected_value, deviation_percentage, revenue_at_risk_minor, currency, resolved_at)
            select md5('a' || n)::uuid, seed_brand(n), 'revenue', 'info', t, 1, t, 1, 2, -50, 1, 'BRL', t from generate_series(1, 20000) n, lateral (select now() - n * interval '1 hour' as t) t;
        insert into tenants (id, name, window_key_sealed) values ('many', 'many', '');
        insert into brands (id, tenant_id, name, index_key_sealed) select 'many' || lpad(n::text, 8, '0'), 'many', n::text, '' from generate_series(1, 1000) n;
        select make_month_partition('performance_metrics', seed_month(age)::date) from generate_series(1, 3) age;
        insert into performance_metrics (brand_id, source, period, timestamp, revision, currency, spend_minor)
            select 'many' || lpad(n::text, 8, '0'), s, p, seed_month(0) - h * interval '1 hour', 1, 'BRL', 100
            from generate_series(1, 1000) n, generate_series(1, 2160) h, unnest(array['meta', 'google', 'organic', 'aggregated']) s, unnest(array['hourly', 'daily']) p
            where (p = 'hourly' or h % 24 = 0) and (n = 500 or h % 90 = n % 90);
        insert into performance_anomalies (id, brand_id, metric_type, severity, status, hour, window_hours, detected_at, value_at_detection, expected_value, deviation_percentage, revenue_at_risk_minor, currency, resolved_at)
            select md5('a' || n || ' ' || h)::uuid, 'many' || lpad(n::text, 8, '0'), 'ctr', 'info', 'resolved', seed_month(0) - h * interval '1 hour', 1, seed_month(0) - h * interval '1 hour', 1, 1, 1, 1, 'BRL', now()
            from generate_series(1, 1000) n, generate_series(1, 60) h;
        insert into dead_letter_redrives (dead_letter_id, brand_id, actor, done_at) select 'd' || n, seed_brand(n), 'cli', now() from generate_series(1, 20000) n;
        insert into replays (replay_id, topic, brand_id, actor, rate, state, partitions, first_offsets, end_offsets, next_offsets)
            select md5('r' || n)::uuid, 'capi-dispatch', seed_brand(n), 'cli', 500, case when n = 1 then 'running' else 'done' end, array[0], array[0], array[9], array[9] from generate_series(1, 20000) n;
        insert into redrives (redrive_id, brand_id, actor, filter, dry_run, rate, state)
            select md5('d' || n)::uuid, seed_brand(n), 'key:1', jsonb_build_object(), false, 500, case when n = 1 then 'running' else 'done' end from generate_series(1, 20000) n;
        vacuum analyze;
        """;

    private readonly PlanLog _log = new();
    private TenantDatabase _database = null!;

    /// <summary>The database as the roles connect to it.</summary>
    public NpgsqlDataSource Writer { get; private set; } = null!;

    /// <summary>The same under row-level security.</summary>
    public NpgsqlDataSource Console { get; private set; } = null!;

    internal TenantDatabase Database => _database;

    public async Task InitializeAsync()
    {
        var server = await TestMachine.PostgresAsync();
        _database = await TenantDatabase.MigratedAsync(server);
        foreach (var statement in Statements(Seed))
        {
            await using var command = _database.Postgres.CreateCommand(statement);
            command.CommandTimeout = 120;
            await command.ExecuteNonQueryAsync();
        }

        var name = new NpgsqlConnectionStringBuilder(_database.ConnectionString).Database;
        var page = $"page_{Guid.NewGuid():N}";
        foreach (var setting in new[]
        {
            "session_preload_libraries = 'auto_explain'", "auto_explain.log_min_duration = 0", "auto_explain.log_format = json", "auto_explain.log_level = notice",
            "auto_explain.log_analyze = on", "auto_explain.log_timing = off", "auto_explain.log_verbose = off",
        })
        {
            foreach (var role in new[] { "trackhub_writer", page })
            {
                if (role == page && setting.StartsWith("session", StringComparison.Ordinal))
                    await server.ExecuteAsync($"create role {page} login in role trackhub_console");
                await server.ExecuteAsync($"alter role {role} in database {name} set {setting}");
            }
        }

        (Writer, Console) = (Source("trackhub_writer"), Source(page));
    }

    public async Task DisposeAsync()
    {
        await Writer.DisposeAsync();
        await Console.DisposeAsync();
        await _database.DisposeAsync();
    }

    /// <summary>The plans of all that runs meanwhile, in order.</summary>
    internal async Task<QueryPlans> PlansOfAsync(Func<Task> run)
    {
        _log.Plans.Clear();
        await run();
        return await QueryPlans.ReadAsync([.. _log.Plans], _database);
    }

    private NpgsqlDataSource Source(string user)
    {
        var builder = new NpgsqlDataSourceBuilder(PostgresServer.As(_database.ConnectionString, user));
        builder.UseLoggerFactory(LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_log)));
        return builder.Build();
    }

    // VACUUM wants to stand alone; bodies in $$ hold semicolons.
    private static IEnumerable<string> Statements(string script) => script.Split(";\n").Aggregate(new List<string>(), static (done, part) =>
    {
        if (done.Count > 0 && done[^1].Split("$$").Length % 2 == 0) done[^1] += ";\n" + part;
        else done.Add(part);
        return done;
    }).Where(static statement => !string.IsNullOrWhiteSpace(statement));

    private sealed class PlanLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Plans { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Name == "ReceivedNotice" && formatter(state, exception) is var text && text.IndexOf("plan:\n", StringComparison.Ordinal) is >= 0 and var start)
                Plans.Enqueue(text[(start + 6)..]);
        }

        public void Dispose()
        {
        }
    }
}
