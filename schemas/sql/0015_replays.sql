-- Replays into dispatch: what operators started and how far each has come. Dispatchers carry them out, one lease each.
create table replays (
    replay_id     uuid primary key,
    topic         text not null,
    brand_id      text,                                 -- null: every brand
    actor         text not null,
    rate          int not null,                         -- records a second to read at most
    state         text not null default 'running' check (state in ('running', 'done', 'cancelled')),
    partitions    int[] not null,                       -- the range, frozen when it was started: one element a partition
    first_offsets bigint[] not null,
    end_offsets   bigint[] not null,                    -- behind the last
    next_offsets  bigint[] not null,                    -- the checkpoint
    counts        jsonb not null default '{}',          -- records up to the checkpoint by what was done with them
    sending       text[] not null default '{}',         -- receipts up to the checkpoint whose copies may not be in the log yet
    fence         bigint not null default 0,            -- of whoever carries it out; grows with each
    lease_until   timestamptz,
    created_at    timestamptz not null default now(),
    updated_at    timestamptz not null default now(),
    ended_at      timestamptz
);
create index replays_open on replays (created_at) where state = 'running' or sending <> '{}';

call secure_brand_table('replays', 'select, insert, update, delete', 'select');

-- Of what the dispatcher gave up: the lane, so that operators can ask by it. Letters of before have none.
alter table dead_letters add column pixel_id text;

-- Dead letters that an operator put back where they came from. By itself, so that the ledger's own table can be made anew from the log.
create table dead_letter_redrives (
    dead_letter_id text primary key,
    brand_id       text,
    actor          text not null,
    at             timestamptz not null default now(),
    done_at        timestamptz,                         -- its copy is in the log
    result         text not null default ''
);

call secure_brand_table('dead_letter_redrives', 'select, insert, update, delete', 'select');
