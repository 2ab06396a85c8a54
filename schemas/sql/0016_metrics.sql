-- The figures of each brand. The metrics role keeps facts, the sums over them and its offsets in one transaction. A fact is made of what records
-- say, so that one read twice, or in another order, changes nothing; the sums get the difference between a fact's old share and its new one.

create table metrics_offsets (
    topic        text not null,
    partition    int not null,
    next_offset  bigint not null,
    updated_at   timestamptz not null default now(),
    primary key (topic, partition)
);
comment on table metrics_offsets is 'Committed in the same transaction as facts and sums; the metrics role seeks here on assignment.';

-- What a brand's sums were made with. Whoever changes facts locks its brands here, so that nobody mixes two currencies or time zones.
create table metrics_brands (
    brand_id      text primary key,
    time_zone     text not null,
    currency      text not null,
    rates_version bigint not null default 0             -- newest of currency_rates that all of it was converted with
);

create table currency_rates (
    day           date not null,                        -- counts from that day of the brand on, until the next one
    from_currency text not null check (from_currency ~ '^[A-Z]{3}$'),
    to_currency   text not null check (to_currency ~ '^[A-Z]{3}$'),
    rate          numeric not null check (rate > 0),    -- so many of to_currency for one of from_currency
    version       bigint generated always as identity,  -- a rate set again gets a new one
    primary key (day, from_currency, to_currency)
);

create table order_facts (
    brand_id          text not null,
    gateway           text not null,
    sale_id           text not null,
    first_received_at timestamptz not null,
    revision          bigint not null,                  -- highest seen; state and source are its
    state             text not null,
    source            text not null,
    paid_revision     bigint,                           -- lowest that says it was paid; the next four are its
    paid_at           timestamptz,
    amount_minor      bigint,
    currency          text,
    renewal           boolean not null default false,
    share_source      text,                             -- what of it stands in the sums; null: nothing
    share_hour        timestamptz,
    share_day         timestamptz,
    share_week        timestamptz,
    revenue_minor     bigint not null default 0,
    refunded_minor    bigint not null default 0,
    conversions       int not null default 0,
    unconverted       int not null default 0,
    edition           int not null,                     -- one more with each change
    primary key (brand_id, gateway, sale_id)
);
comment on table order_facts is 'One row a sale: what its revisions say of money, and its share in performance_metrics.';

create table spend_facts (
    brand_id      text not null,
    source        text not null,
    account_id    text not null,
    hour          timestamptz not null,
    pulled_at     timestamptz not null,
    currency      text not null,
    amount_minor  bigint not null,
    clicks        bigint not null,
    impressions   bigint not null,
    share_hour    timestamptz,
    share_day     timestamptz,
    share_week    timestamptz,
    spend_minor   bigint not null default 0,
    unconverted   int not null default 0,
    edition       int not null,
    primary key (brand_id, source, account_id, hour)
);
comment on table spend_facts is 'The newest pull of each account and hour, and its share in performance_metrics.';

create table performance_metrics (
    brand_id           text not null,
    source             text not null check (source in ('meta', 'google', 'organic', 'aggregated')),
    period             text not null check (period in ('hourly', 'daily', 'weekly')),
    timestamp          timestamptz not null,            -- start of the period in the brand's time zone
    revision           bigint not null,
    published_revision bigint not null default 0,       -- newest on the topic performance-metrics
    currency           text not null,
    spend_minor        bigint not null default 0,
    revenue_minor      bigint not null default 0,
    refunded_minor     bigint not null default 0,
    conversions        bigint not null default 0,
    new_customers      bigint not null default 0,
    clicks             bigint not null default 0,
    impressions        bigint not null default 0,
    unconverted        bigint not null default 0,       -- amounts left out for want of a rate
    updated_at         timestamptz not null default now(),
    primary key (brand_id, source, period, timestamp)
) partition by range (timestamp);
create index performance_metrics_unpublished on performance_metrics (brand_id) where published_revision < revision;
comment on table performance_metrics is 'Sums by brand, source and period. Ratios are made from them when they are read.';

do $$ begin
    create table performance_metrics_default partition of performance_metrics default;
end $$;

call secure_table('metrics_offsets', 'select, insert, update');
call secure_brand_table('metrics_brands', 'select, insert, update', 'select');
call secure_table('currency_rates', 'select');
call secure_brand_table('order_facts', 'select, insert, update, delete', 'select');
call secure_brand_table('spend_facts', 'select, insert, update, delete', 'select');
call secure_brand_table('performance_metrics', 'select, insert, update', 'select');
call secure_table('performance_metrics_default', null);

select ensure_month_partitions(3);
