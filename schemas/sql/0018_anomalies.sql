-- What The Sentry finds: a figure of a brand that broke from its pattern. The metrics role opens, tells again and resolves; people change the status.

create table performance_anomalies (
    id                    uuid primary key,             -- version 7
    brand_id              text not null,
    metric_type           text not null check (metric_type in ('spend', 'revenue', 'roas', 'cac', 'ctr', 'cpc', 'conversions')),
    severity              text not null check (severity in ('critical', 'warning', 'info')),
    status                text not null default 'new' check (status in ('new', 'investigating', 'resolved', 'ignored')),
    hour                  timestamptz not null,         -- start of the hour by which it was found
    window_hours          int not null check (window_hours > 0),    -- how many hours that hour is the last of the figures are of
    detected_at           timestamptz not null,
    value_at_detection    double precision not null,    -- of spend, revenue, cac and cpc in minor units, of ctr 0 to 1
    expected_value        double precision not null,
    deviation_percentage  double precision not null,    -- 100 * (value - expected) / expected
    revenue_at_risk_minor bigint not null check (revenue_at_risk_minor >= 0),
    currency              text not null,
    insight_explanation   text,
    insight_action        text,
    resolved_at           timestamptz,                  -- when the pattern was back, whatever the status says; null: it is still off
    updated_at            timestamptz not null default now(),
    revision              bigint not null default 1,
    published_revision    bigint not null default 0,    -- newest on the topic performance-anomalies
    unique (brand_id, metric_type, hour)
);
create unique index performance_anomalies_open on performance_anomalies (brand_id, metric_type) where resolved_at is null;
create index performance_anomalies_newest on performance_anomalies (brand_id, detected_at desc, id);
create index performance_anomalies_unpublished on performance_anomalies (brand_id) where published_revision < revision;
comment on table performance_anomalies is 'Figures that broke from their pattern, at most one open a brand and metric.';

-- A status that people set is news for the topic as well: whoever changes it need not know of revisions.
create function tell_anomaly_status() returns trigger language plpgsql as $$
begin
    new.revision := greatest(new.revision, old.revision + 1);
    new.updated_at := now();
    return new;
end $$;
create trigger tell_status before update of status on performance_anomalies
    for each row when (old.status is distinct from new.status) execute function tell_anomaly_status();

create table sentry_brands (
    brand_id  text primary key,
    looked_at timestamptz not null default '-infinity',
    seen      text                                      -- what the figures were when they were judged; null: never, or it failed
);
comment on table sentry_brands is 'When The Sentry looked at each brand, so that instances share the work.';

call secure_brand_table('performance_anomalies', 'select, insert, update, delete', 'select, update (status)');
call secure_brand_table('sentry_brands', 'select, insert, update', 'select');
