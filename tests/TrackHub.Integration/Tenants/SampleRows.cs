namespace TrackHub.Integration.Tenants;

/// <summary>One tenant's rows in every table, in months that have a partition and in months that have none.</summary>
internal static class SampleRows
{
    /// <summary>Rows for the tables of the first release, migrations 1 to 4. Some lie in this month, some far back, one years ahead.</summary>
    /// <param name="tenant">Id of a tenant that is not there yet; ids of its rows are made from it.</param>
    /// <param name="brand">Id of its brand, 12 letters or digits.</param>
    public static string OfFirstRelease(string tenant, string brand) => $"""
        insert into tenants (id, name, window_key_sealed) values ('{tenant}', 'Conta {tenant}', 'kek-1:AAAA');
        insert into brands (id, tenant_id, name, index_key_sealed) values ('{brand}', '{tenant}', 'Loja', 'kek-1:AAAA');
        insert into pixels (id, brand_id, dataset_id, token_sealed) values ('px-{brand}', '{brand}', '1234567890', 'kek-1:AAAA');
        insert into gateway_connections (id, brand_id, gateway, path_hash, path_sealed) values ('co-{brand}', '{brand}', 'kiwify', '{brand}'::bytea, 'kek-1:AAAA');
        insert into write_keys (id, brand_id, key_hash) values ('wk-{brand}', '{brand}', '{brand}'::bytea);
        insert into funnels (id, brand_id, name) values ('fu-{brand}', '{brand}', 'Lançamento');
        insert into day_secrets (day, sealed) values ('2020-01-01', 'kek-1:AAAA') on conflict do nothing;
        insert into audit_log (actor, action, subject) values ('cli', 'brand.add', '{brand}');
        insert into ledger_offsets (topic, partition, next_offset) values ('track-events', 0, 7) on conflict do nothing;

        create temp table moments as select md5('{brand}' || n)::uuid as id, n, t from unnest(array[
            now(), now() - interval '20 days', now() - interval '100 days', now() - interval '3 years', now() + interval '4 months', now() + interval '2 years'])
            with ordinality as m (t, n);
        insert into events (ingest_id, ingested_at, brand_id, kind, event_id, event_time, received_at, gateway, sale_id, topic, partition, "offset")
            select id, t, '{brand}', 'sale', 'ev-' || id, t, t, 'kiwify', 'S' || n, 'ingest-events', 0, n from moments;
        insert into clicks (ingest_id, ingested_at, brand_id, kind, event_id, event_time, received_at, session_id, click_id, email_hash, user_data_key, user_data)
            select id, t, '{brand}', 'click', 'ev-' || id, t, t, 's' || n, 'th_' || n, '\x01', 'w', '\x02' from moments;
        insert into identities (brand_id, session_id, index_kind, index_value, first_seen, last_seen) select '{brand}', 's' || n, 'email', '\x01', t, t from moments;
        insert into conversions (brand_id, gateway, sale_id, revision, ingested_at, ingest_id, event_id, kind, state, test, purchase, event_time, received_at, method, stage, score, quality, passes)
            select '{brand}', 'kiwify', 'S' || n, 1, t, id, 'ev-' || id, 'approved', 'paid', false, true, t, t, 'pix', 'click_id', 1, 7.5, 1 from moments;
        insert into matches (brand_id, gateway, sale_id, revision, ingested_at, stage, score, rules_version) select '{brand}', 'kiwify', 'S' || n, 1, t, 'click_id', 1, 1 from moments;
        insert into event_outcomes (ingest_id, destination, revision, ingested_at, brand_id, event_id, state, at)
            select id, 'px-{brand}', 1, t, '{brand}', 'ev-' || id, 'delivered', t from moments;
        insert into dead_letters (dead_letter_id, at, stage, reason, detail, brand_id, topic, partition, "offset")
            select '{brand}' || n, t, 'ingest', 'unmappable', '', '{brand}', 'dead-letters', 0, n from moments;
        insert into orders (brand_id, gateway, sale_id, state, rank, revision, matched, first_seen, updated_at)
            select '{brand}', 'kiwify', 'S' || n, 'approved', 3, 1, '\x01', t, t from moments;
        insert into order_revisions (brand_id, gateway, sale_id, ingest_id, revision, kind, outcome) select '{brand}', 'kiwify', 'S' || n, id, 1, 'approved', '\x01' from moments;
        insert into consents (brand_id, subject_kind, subject, ads, at, ingest_id) select '{brand}', 'email', n::text::bytea, n % 2 = 0, t, id from moments;
        insert into suppressions (brand_id, subject_kind, subject, reason) values ('{brand}', 'email', '\x01', 'erasure');
        insert into dedupe_registry (brand_id, pixel_id, event_name, event_id, state, fence, source_topic, source_partition, source_offset, ingest_id, event_time, is_order)
            select '{brand}', 'px-{brand}', 'Purchase', 'ev-' || id, 'delivered', nextval('dispatch_fence'), 'capi-dispatch', 0, n, id, t, true from moments;
        insert into dispatch_attempts (brand_id, pixel_id, event_name, event_id, fence, started_at, ingest_id, attempt, ladder_step, batch_id, batch_size)
            select '{brand}', 'px-{brand}', 'Purchase', 'ev-' || id, n, t, id, 1, 0, 'b1', 1 from moments;
        insert into dispatch_lanes (brand_id, pixel_id) values ('{brand}', 'px-{brand}');
        drop table moments;
        """;

    /// <summary>Rows for the tables that later migrations made. Needs those of <see cref="OfFirstRelease"/>.</summary>
    public static string OfLater(string brand) => $"""
        insert into book_entries (ingest_id, destination, ingested_at, brand_id) select ingest_id, '', ingested_at, brand_id from events where brand_id = '{brand}';
        insert into book_minutes (minute, brand_id, accepted) values (date_trunc('minute', now()), '{brand}', 1);
        insert into quality_days (brand_id, day, event_name, key, events, green, score_tenths)
            select '{brand}', t::date, 'Purchase', '', 2, 1, 118 from unnest(array[now(), now() - interval '3 years']) as t;
        insert into metrics_offsets (topic, partition, next_offset) values ('conversions', 0, 7) on conflict do nothing;
        insert into metrics_brands (brand_id, time_zone, currency) values ('{brand}', 'America/Sao_Paulo', 'BRL') on conflict do nothing;
        insert into currency_rates (day, from_currency, to_currency, rate) values ('2026-01-01', 'USD', 'BRL', 5.4321) on conflict do nothing;
        insert into order_facts (brand_id, gateway, sale_id, first_received_at, revision, state, source, edition)
            select '{brand}', 'kiwify', 'S' || t, t, 1, 'approved', 'meta', 1 from unnest(array[now(), now() - interval '3 years']) as t;
        insert into spend_facts (brand_id, source, account_id, hour, pulled_at, currency, amount_minor, clicks, impressions, edition)
            select '{brand}', 'meta', 'act_1', t, t, 'BRL', 100, 10, 1000, 1 from unnest(array[now(), now() - interval '3 years']) as t;
        insert into performance_metrics (brand_id, source, period, timestamp, revision, currency)
            select '{brand}', 'meta', 'hourly', t, 1, 'BRL' from unnest(array[now(), now() - interval '3 years', now() + interval '2 years']) as t;
        insert into users (id, tenant_id, login, role, salt, iterations, password_hash) select 'us-{brand}', tenant_id, '{brand}@example.com', 'admin', '\x01', 600000, '\x02' from brands where id = '{brand}';
        insert into sessions (token_hash, user_id) values (sha256('{brand}'), 'us-{brand}');
        insert into api_keys (id, tenant_id, name, role, key_hash) select 'ak-{brand}', tenant_id, 'Painel', 'viewer', sha256('{brand}') from brands where id = '{brand}';
        insert into performance_configs (brand_id, sentry_sensitivity, notification_channels) values ('{brand}', 'high', array['dashboard', 'slack']);
        insert into performance_anomalies
                (id, brand_id, metric_type, severity, hour, window_hours, detected_at, value_at_detection, expected_value, deviation_percentage, revenue_at_risk_minor, currency, resolved_at)
            select gen_random_uuid(), '{brand}', 'revenue', 'warning', t, 1, t, 400, 1000, -60, 600, 'BRL', nullif(t, now()) from unnest(array[now(), now() - interval '3 years']) as t;
        insert into sentry_brands (brand_id) values ('{brand}') on conflict do nothing;
        insert into alerts (alert_id, brand_id, rule, severity, state, since, at, value, threshold, detail, remedy)
            values ('al-{brand}', '{brand}', 'lag', 'warning', 'open', now(), now(), 2, 1, '', '');
        insert into match_rules (brand_id, version, rules) values ('{brand}', 1, jsonb_build_object()) on conflict do nothing;
        insert into brand_integrations (brand_id, platform, account_id, key_sealed, status) values ('{brand}', 'meta_ads', 'act_1', 'kek-1:AAAA', 'active') on conflict do nothing;
        insert into quarantine (quarantine_id, brand_id, gateway, connection_id, received_at, reason, topic, partition, "offset")
            select gen_random_uuid(), '{brand}', 'kiwify', 'con_{brand}', t, 'signature_invalid', 'quarantine', 0, 0 from unnest(array[now(), now() - interval '3 years']) as t;
        insert into replays (replay_id, topic, brand_id, actor, rate, state, partitions, first_offsets, end_offsets, next_offsets, created_at, ended_at)
            select gen_random_uuid(), 'capi-dispatch', '{brand}', 'cli', 500, 'done', array[0], array[0], array[9], array[9], t, t from unnest(array[now(), now() - interval '3 years']) as t;
        insert into redrives (redrive_id, brand_id, actor, filter, dry_run, rate, state, created_at, ended_at)
            select gen_random_uuid(), '{brand}', 'key:1', jsonb_build_object(), false, 500, 'done', t, t from unnest(array[now(), now() - interval '3 years']) as t;
        insert into dead_letter_redrives (dead_letter_id, brand_id, actor, at, done_at) select '{brand}' || t, '{brand}', 'cli', t, t from unnest(array[now(), now() - interval '3 years']) as t;
        """;
}
