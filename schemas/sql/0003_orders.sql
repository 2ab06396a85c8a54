-- The matcher's own state: the life of each sale, thirteen months.

create table orders (
    brand_id          text not null,
    gateway           text not null,
    sale_id           text not null,
    state             text not null,                    -- sale kind of the highest rank seen
    rank              int not null,
    purchase_ingest_id uuid,                            -- the event that emitted the Purchase; null until then
    revision          bigint not null,
    matched           bytea,                            -- the Conversion that found the winning click, as on the topic; stays with later states
    stage             text not null default 'none',
    score             double precision not null default 0,
    amount_minor      bigint,
    currency          text,
    first_seen        timestamptz not null,
    updated_at        timestamptz not null,
    primary key (brand_id, gateway, sale_id)
);
create index orders_updated on orders (updated_at);

create table order_revisions (
    brand_id    text not null,
    gateway     text not null,
    sale_id     text not null,
    ingest_id   uuid not null,
    revision    bigint not null,
    kind        text not null,
    outcome     bytea not null,                         -- the Conversion this event produced, as on the topic: a re-read record produces the same again
    created_at  timestamptz not null default now(),
    primary key (brand_id, gateway, sale_id, ingest_id),
    foreign key (brand_id, gateway, sale_id) references orders on delete cascade
);
comment on table order_revisions is 'Which event made which revision, so that a re-read record recognises itself and is no duplicate.';

create table consents (
    brand_id      text not null,
    subject_kind  text not null check (subject_kind in ('session', 'email', 'phone')),
    subject       bytea not null,                       -- blind index, or the session id as UTF-8
    ads           boolean not null,
    at            timestamptz not null,
    ingest_id     uuid not null,
    updated_at    timestamptz not null default now(),
    primary key (brand_id, subject_kind, subject)
);
comment on table consents is 'The newest consent of each subject by its own time; an older one arriving late changes nothing.';

create table suppressions (
    brand_id      text not null,
    subject_kind  text not null check (subject_kind in ('session', 'email', 'phone')),
    subject       bytea not null,
    reason        text not null,
    created_at    timestamptz not null default now(),
    primary key (brand_id, subject_kind, subject)
);
