-- The conservation books: what became of every accepted event. The ledger keeps them in the transaction of the records it reads, so that each
-- counts once. A fact read twice changes nothing, in whatever order facts come.

create table book_entries (
    ingest_id    uuid not null,
    destination  text not null,                         -- pixel or 'none'; '' for the event itself, until a destination is known
    ingested_at  timestamptz not null,
    brand_id     text not null,
    counted      boolean not null default true,         -- false: page views, whose acceptance counts where they are recorded
    state        text,                                  -- how it ended, 'forwarded' for the event itself; null while open
    revision     bigint not null default 0,             -- of that end
    carriers     jsonb not null default '{}',           -- records it travels by: topic/partition -> newest offset; empty when it has ended
    primary key (ingest_id, destination, ingested_at)
) partition by range (ingested_at);
comment on table book_entries is 'Events that others than the ledger must end, each at each destination. The row of the event itself is its lock.';
create index book_entries_open on book_entries (ingested_at) where state is null;

create table book_minutes (
    minute           timestamptz not null,              -- of the time inside the ingest id
    brand_id         text not null,
    accepted         bigint not null default 0,         -- events
    open             bigint not null default 0,         -- events with an entry that has not ended
    unknown          bigint not null default 0,         -- from here on ends: an event has one for each destination
    delivered        bigint not null default 0,
    duplicate        bigint not null default 0,
    recorded         bigint not null default 0,
    test             bigint not null default 0,
    unmapped         bigint not null default 0,
    blocked_consent  bigint not null default 0,
    suppressed       bigint not null default 0,
    expired          bigint not null default 0,
    erased           bigint not null default 0,
    dead             bigint not null default 0,
    primary key (minute, brand_id)
) with (fillfactor = 70);
comment on table book_minutes is 'Sums over accepted events by ingest minute; what `trackhub books` adds up.';

create table alerts (
    alert_id     text primary key,
    brand_id     text,                                  -- null: of the whole system
    rule         text not null,
    subject      text,
    severity     text not null,
    state        text not null check (state in ('open', 'resolved')),
    since        timestamptz not null,
    at           timestamptz not null,                  -- of the newest record of this alert
    resolved_at  timestamptz,
    value        double precision not null,
    threshold    double precision not null,
    detail       text not null,
    remedy       text not null,
    examples     text[] not null default '{}'
);
create index alerts_open on alerts (rule, brand_id) where state = 'open';

create or replace function ensure_month_partitions(months_ahead int) returns int language plpgsql as $$
declare
    parent text;
    month  date;
    name   text;
    made   int := 0;
begin
    foreach parent in array array['events', 'clicks', 'conversions', 'matches', 'event_outcomes', 'dispatch_attempts', 'book_entries'] loop
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

select ensure_month_partitions(3);
