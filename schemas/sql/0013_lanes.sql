-- A lane beyond its breaker: what Meta told it to wait, whose credentials it refused, and when somebody took it up again.
alter table dispatch_lanes
    add column throttled_until timestamptz,
    add column throttles       int not null default 0,
    add column refused         text,                                   -- while parked: fingerprint of the credentials Meta refused
    add column resumed_at      timestamptz,
    add column since           timestamptz not null default now(),     -- of the present state
    add column revision        bigint not null default 0;              -- of two writers the later wins

-- What the dispatcher does to a lane by itself is on record like an operator's hand.
grant insert on audit_log to trackhub_writer;

-- Retention: orders are remembered for thirteen months, browser events for nine days.
grant delete on dedupe_registry to trackhub_writer;
