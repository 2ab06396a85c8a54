-- What the ledger projects from the topics. Rows are keyed by content, never by offset; a record read twice changes nothing.
-- ingested_at is the time inside ingest_id (UUIDv7), so that every copy of a record falls into the same month.

create table ledger_offsets (
    topic        text not null,
    partition    int not null,
    next_offset  bigint not null,
    updated_at   timestamptz not null default now(),
    primary key (topic, partition)
);
comment on table ledger_offsets is 'Committed in the same transaction as the rows; the ledger seeks here on assignment.';

create table events (
    ingest_id     uuid not null,
    ingested_at   timestamptz not null,
    brand_id      text not null,
    kind          text not null,
    event_id      text not null,
    event_time    timestamptz not null,
    received_at   timestamptz not null,
    session_id    text,
    click_id      text,
    gateway       text,
    connection_id text,
    sale_id       text,
    sale_kind     text,
    gateway_event text,
    test          boolean not null default false,
    amount_minor  bigint,
    currency      text,
    product_id    text,
    consent_ads   boolean,
    email_hash    bytea,                                -- blind indexes, not plain hashes
    phone_hash    bytea,
    topic         text not null,                        -- the receipt
    partition     int not null,
    "offset"      bigint not null,
    primary key (ingest_id, ingested_at)
) partition by range (ingested_at);
create index events_sale on events (brand_id, gateway, sale_id) where sale_id is not null;
create index events_event_id on events (event_id);
create index events_receipt on events (topic, partition, "offset");

create table clicks (
    ingest_id     uuid not null,
    ingested_at   timestamptz not null,
    brand_id      text not null,
    kind          text not null,
    event_id      text not null,
    event_time    timestamptz not null,
    received_at   timestamptz not null,
    session_id    text,
    click_id      text,
    email_hash    bytea,
    phone_hash    bytea,
    fbclid_hash   bytea,
    external_hash bytea,
    ip_hash       bytea,
    ip_prefix_hash bytea,
    user_agent_hash bytea,
    traits        jsonb not null default '{}',
    url           text,
    consent_ads   boolean,
    user_data_key text,                                 -- tenant window key, erasable in place
    user_data     bytea,
    primary key (ingest_id, ingested_at)
) partition by range (ingested_at);
create index clicks_click_id on clicks (brand_id, click_id) where click_id is not null;
create index clicks_session on clicks (brand_id, session_id) where session_id is not null;
create index clicks_email on clicks (brand_id, email_hash) where email_hash is not null;
create index clicks_phone on clicks (brand_id, phone_hash) where phone_hash is not null;
create index clicks_fbclid on clicks (brand_id, fbclid_hash) where fbclid_hash is not null;

create table identities (
    brand_id     text not null,
    session_id   text not null,
    index_kind   text not null check (index_kind in ('email', 'phone', 'external_id', 'fbclid')),
    index_value  bytea not null,
    first_seen   timestamptz not null,
    last_seen    timestamptz not null,
    primary key (brand_id, session_id, index_kind, index_value)
);
create index identities_value on identities (brand_id, index_kind, index_value);

create table conversions (
    brand_id      text not null,
    gateway       text not null,
    sale_id       text not null,
    revision      bigint not null,
    ingested_at   timestamptz not null,
    ingest_id     uuid not null,
    event_id      text not null,
    kind          text not null,
    state         text not null,
    test          boolean not null,
    purchase      boolean not null,
    event_time    timestamptz not null,
    received_at   timestamptz not null,
    method        text not null,
    amount_minor  bigint,
    net_minor     bigint,
    currency      text,
    product_id    text,
    product_name  text,
    stage         text not null,
    score         double precision not null,
    quality       double precision not null,
    passes        int not null,
    flags         text[] not null default '{}',
    keys_present  text[] not null default '{}',
    consent_ads   boolean,
    primary key (brand_id, gateway, sale_id, revision, ingested_at)
) partition by range (ingested_at);
create index conversions_event_id on conversions (event_id);

create table matches (
    brand_id        text not null,
    gateway         text not null,
    sale_id         text not null,
    revision        bigint not null,
    ingested_at     timestamptz not null,
    stage           text not null,
    score           double precision not null,
    rules_version   int not null,
    click_ingest_id uuid,
    click_event_id  text,
    click           jsonb,
    evidence        jsonb not null default '[]',
    primary key (brand_id, gateway, sale_id, revision, ingested_at)
) partition by range (ingested_at);

create table event_outcomes (
    ingest_id    uuid not null,
    destination  text not null,
    revision     bigint not null,
    ingested_at  timestamptz not null,
    brand_id     text not null,
    event_id     text not null,
    event_name   text,
    state        text not null,
    reason       text not null default '',
    at           timestamptz not null,
    gateway      text,
    sale_id      text,
    primary key (ingest_id, destination, revision, ingested_at)
) partition by range (ingested_at);
create index event_outcomes_event_id on event_outcomes (event_id);

create table dead_letters (
    dead_letter_id   text primary key,
    at               timestamptz not null,
    stage            text not null,
    reason           text not null,
    detail           text not null,
    ingest_id        uuid,
    brand_id         text,
    event_id         text,
    source_topic     text,
    source_partition int,
    source_offset    bigint,
    gateway          text,
    connection_id    text,
    topic            text not null,                     -- where the sealed original lies
    partition        int not null,
    "offset"         bigint not null
);
create index dead_letters_brand on dead_letters (brand_id, at);

-- Makes this month's partition and the next ones of every monthly table; a default partition catches what falls outside.
create function ensure_month_partitions(months_ahead int) returns int language plpgsql as $$
declare
    parent text;
    month  date;
    name   text;
    made   int := 0;
begin
    foreach parent in array array['events', 'clicks', 'conversions', 'matches', 'event_outcomes', 'dispatch_attempts'] loop
        if to_regclass(parent) is null then continue; end if;
        if to_regclass(parent || '_default') is null then
            execute format('create table %I partition of %I default', parent || '_default', parent);
        end if;
        for i in -1 .. months_ahead loop
            month := date_trunc('month', (now() at time zone 'utc') + make_interval(months => i))::date;
            name := parent || to_char(month, '"_y"YYYY"m"MM');
            if to_regclass(name) is null then
                execute format('create table %I partition of %I for values from (%L) to (%L)', name, parent,
                    month::text || ' 00:00:00+00', (month + interval '1 month')::date::text || ' 00:00:00+00');
                made := made + 1;
            end if;
        end loop;
    end loop;
    return made;
end $$;
