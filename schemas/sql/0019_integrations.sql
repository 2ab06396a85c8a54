-- Ad accounts that a brand's spend is pulled from. The key is sealed for its tenant, brand and platform; whoever gives the account up takes it away.
create table brand_integrations (
    brand_id       text not null references brands,
    platform       text not null check (platform in ('meta_ads', 'google_ads')),
    account_id     text not null,
    key_sealed     text,
    status         text not null check (status in ('active', 'error', 'disconnected')),
    status_reason  text not null default '',            -- of error: for people to read, never with the key
    last_validated timestamptz,                         -- when the platform last took the key
    time_zone      text,                                -- of the account, IANA; null until the platform told it
    currency       text check (currency ~ '^[A-Z]{3}$'),
    updated_at     timestamptz not null default now(),
    pulled_at      timestamptz,                         -- when the platform was last asked for figures and gave them
    repulled_at    timestamptz,                         -- the same, for as far back as figures may still change
    due_at         timestamptz not null default now(),  -- next pull
    failures       int not null default 0,              -- in a row
    lease_until    timestamptz,                         -- whoever pulls holds it, by this clock
    fence          bigint not null default 0,           -- of whoever pulls or saves; of two the later wins
    primary key (brand_id, platform),
    check ((status = 'disconnected') = (key_sealed is null))
);
create index brand_integrations_due on brand_integrations (due_at) where status <> 'disconnected';
comment on table brand_integrations is 'Ad accounts, one a brand and platform: the sealed key, what the platform last said of it, and when it is pulled next.';

call secure_brand_table('brand_integrations', 'select, insert, update',
    'select (brand_id, platform, account_id, status, status_reason, last_validated, time_zone, currency, updated_at, pulled_at)');
