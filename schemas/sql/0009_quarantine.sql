-- Deliveries to a known connection that did not prove themselves. Their sealed bytes lie in the topic, whose retention ends them too.
create table quarantine (
    quarantine_id uuid primary key,
    brand_id      text not null,
    gateway       text not null,
    connection_id text not null,
    received_at   timestamptz not null,
    reason        text not null,
    admitted_at   timestamptz,
    topic         text not null,                        -- where the sealed delivery lies
    partition     int not null,
    "offset"      bigint not null
);
create index quarantine_waiting on quarantine (connection_id, received_at) where admitted_at is null;

call secure_brand_table('quarantine', 'select, insert, update, delete', 'select');
