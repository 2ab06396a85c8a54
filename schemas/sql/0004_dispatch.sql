-- The authority on what was sent to Meta. Leases run on the database clock; every claim takes a new fence.

create sequence dispatch_fence;

create table dedupe_registry (
    brand_id          text not null,
    pixel_id          text not null,
    event_name        text not null,
    event_id          text not null,
    state             text not null check (state in
        ('claimed', 'retry', 'held', 'parked', 'delivered', 'blocked_consent', 'suppressed', 'expired', 'dead')),
    reason            text not null default '',
    fence             bigint not null,
    lease_until       timestamptz,
    source_topic      text not null,                    -- coordinates of the record that entered this attempt
    source_partition  int not null,
    source_offset     bigint not null,
    attempt           int not null default 0,
    ladder_step       int not null default 0,
    first_attempt_at  timestamptz,
    unknown_since     timestamptz,                      -- oldest attempt whose outcome is not known
    ingest_id         uuid not null,
    event_time        timestamptz not null,
    is_order          boolean not null,
    revision          bigint not null default 1,
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now(),
    primary key (brand_id, pixel_id, event_name, event_id)
) partition by hash (event_id);

do $$
begin
    for i in 0 .. 7 loop
        execute format('create table dedupe_registry_%s partition of dedupe_registry for values with (modulus 8, remainder %s)', i, i);
    end loop;
end $$;
create index dedupe_registry_event on dedupe_registry (event_id);
create index dedupe_registry_ingest on dedupe_registry (ingest_id);
create index dedupe_registry_open on dedupe_registry (brand_id, pixel_id) where state in ('claimed', 'retry', 'held', 'parked');

create table dispatch_attempts (
    brand_id     text not null,
    pixel_id     text not null,
    event_name   text not null,
    event_id     text not null,
    fence        bigint not null,
    started_at   timestamptz not null,
    finished_at  timestamptz,
    ingest_id    uuid not null,
    attempt      int not null,
    ladder_step  int not null,
    outcome      text not null default 'started' check (outcome in ('started', 'unknown', 'delivered', 'retry', 'hold', 'split', 'park', 'dead')),
    reason       text,
    latency_ms   bigint,
    http_status  int,
    code         int,
    subcode      int,
    trace_id     text,
    batch_id     text not null,
    batch_size   int not null,
    body_hash    bytea,
    primary key (brand_id, pixel_id, event_name, event_id, fence, started_at)
) partition by range (started_at);
create index dispatch_attempts_event on dispatch_attempts (event_id);
create index dispatch_attempts_batch on dispatch_attempts (batch_id);

create table dispatch_lanes (
    brand_id             text not null,
    pixel_id             text not null,
    state                text not null default 'closed' check (state in ('closed', 'open', 'half_open', 'parked')),
    consecutive_failures int not null default 0,
    open_until           timestamptz,
    last_success_at      timestamptz,                   -- to the second: tells an outage from a bad event
    reason               text not null default '',
    updated_at           timestamptz not null default now(),
    primary key (brand_id, pixel_id)
);
comment on table dispatch_lanes is 'Breaker of each lane in the electrical sense: closed lets calls through.';

select ensure_month_partitions(3);
