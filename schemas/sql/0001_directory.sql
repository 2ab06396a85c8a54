-- Who TrackHub works for: tenants own brands; a brand owns pixels, gateway connections and write keys.
-- Columns named *_sealed hold AES-256-GCM ciphertext with its key id; nothing secret stands here in clear.

create table encryption_keys (
    id           text primary key,                      -- key id, e.g. kek-1
    sealed       bytea not null,                        -- 32 random bytes sealed under the master key
    master_check bytea not null check (length(master_check) = 16),  -- which master key sealed it; tells nothing about the key
    created_at   timestamptz not null default now(),
    retired_at   timestamptz
);
comment on table encryption_keys is 'Encryption keys, each sealed under the master key. The newest not retired seals; all open.';

create table tenants (
    id                text primary key,
    name              text not null unique,
    window_key_sealed text not null,                    -- random per tenant: seals Redis values and clicks
    created_at        timestamptz not null default now()
);

create table brands (
    id               text primary key check (id ~ '^[a-z0-9]{12}$'),
    tenant_id        text not null references tenants,
    name             text not null,
    time_zone        text not null default 'America/Sao_Paulo',
    currency         text not null default 'BRL' check (currency ~ '^[A-Z]{3}$'),
    consent_basis    text check (consent_basis in ('granted', 'required')),
    index_key_sealed text not null,                     -- HMAC key of the brand's blind indexes
    settings         jsonb not null default '{}',
    created_at       timestamptz not null default now(),
    unique (tenant_id, name)
);

create table pixels (
    id           text primary key,
    brand_id     text not null references brands,
    dataset_id   text not null check (dataset_id ~ '^[0-9]{5,20}$'),
    token_sealed text not null,
    active       boolean not null default true,
    settings     jsonb not null default '{}',
    created_at   timestamptz not null default now(),
    unique (brand_id, dataset_id)
);

create table gateway_connections (
    id                    text primary key,             -- public id, safe in records and logs
    brand_id              text not null references brands,
    gateway               text not null,
    path_hash             bytea not null unique,        -- SHA-256 of the unguessable path segment
    path_sealed           text not null,
    secret_sealed         text,                         -- null: none given yet, nothing can authenticate by it
    previous_sealed       text,                         -- valid beside the new one until previous_expires_at
    previous_expires_at   timestamptz,
    active                boolean not null default true,
    created_at            timestamptz not null default now()
);
create index gateway_connections_brand on gateway_connections (brand_id);

create table write_keys (
    id              text primary key,
    brand_id        text not null references brands,
    key_hash        bytea not null unique,              -- SHA-256 of the key; the key itself is shown once
    is_server       boolean not null default false,
    allowed_origins text[] not null default '{}',       -- empty: any origin
    created_at      timestamptz not null default now(),
    revoked_at      timestamptz
);

create table funnels (
    id          text primary key,
    brand_id    text not null references brands,
    name        text not null,
    domain      text,
    created_at  timestamptz not null default now(),
    unique (brand_id, name)
);

create table day_secrets (
    day         date primary key,                       -- UTC
    sealed      text not null,
    created_at  timestamptz not null default now()
);
comment on table day_secrets is 'One random secret per UTC day; deleting the row on day 9 shreds what was sealed under it.';

create table audit_log (
    id          bigint generated always as identity primary key,
    at          timestamptz not null default now(),
    actor       text not null,
    action      text not null,
    subject     text not null,
    detail      jsonb not null default '{}'             -- never a secret
);

-- One row that every change raises inside its own transaction: a reader that polls asks for one number, and a change that it cannot see
-- yet cannot have raised the number it sees.
create table directory_version (
    only_row boolean primary key default true check (only_row),
    version  bigint not null
);
insert into directory_version (version) values (1);

create function notify_directory_changed() returns trigger language plpgsql as $$
begin
    update directory_version set version = version + 1;
    perform pg_notify('directory_changed', tg_table_name);
    return null;
end $$;

create trigger directory_changed after insert or update or delete or truncate on tenants             for each statement execute function notify_directory_changed();
create trigger directory_changed after insert or update or delete or truncate on brands              for each statement execute function notify_directory_changed();
create trigger directory_changed after insert or update or delete or truncate on pixels              for each statement execute function notify_directory_changed();
create trigger directory_changed after insert or update or delete or truncate on gateway_connections for each statement execute function notify_directory_changed();
create trigger directory_changed after insert or update or delete or truncate on write_keys          for each statement execute function notify_directory_changed();
create trigger directory_changed after insert or update or delete or truncate on day_secrets         for each statement execute function notify_directory_changed();
create trigger directory_changed after insert or update or delete or truncate on encryption_keys     for each statement execute function notify_directory_changed();
