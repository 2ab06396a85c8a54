-- An event that is sent writes its row of dedupe_registry and of dispatch_attempts twice: when it is claimed and when Meta has answered. The second time
-- wrote every index again, because the first left no room on the page or because an index's condition named the state. Now it writes none, and the first
-- writes three indexes less. The event's id leads the keys: it tells two events apart by its first bytes, and serves whoever looks for an event alone.

-- The value stays the same from claimed to delivered, and only what is in an index hinders an update that stays on its page.
alter table dedupe_registry add column waits boolean not null generated always as (state in ('retry', 'held', 'parked')) stored;
comment on column dedupe_registry.waits is 'Whether it is to be sent at some later time.';
drop index dedupe_registry_open;
create index dedupe_registry_waiting on dedupe_registry (brand_id, pixel_id) where waits;

alter table dedupe_registry drop constraint dedupe_registry_pkey;
drop index dedupe_registry_event;
alter table dedupe_registry add primary key (event_id, brand_id, pixel_id, event_name);

alter table dispatch_attempts drop constraint dispatch_attempts_pkey;
drop index dispatch_attempts_event;
alter table dispatch_attempts add primary key (event_id, brand_id, pixel_id, event_name, fence, started_at);

do $$
declare
    partition regclass;
begin
    for partition in select inhrelid from pg_inherits where inhparent in ('dedupe_registry'::regclass, 'dispatch_attempts'::regclass) loop
        execute format('alter table %s set (fillfactor = 60)', partition);
    end loop;
end $$;

-- As before, and with the options of the table's default partition.
create or replace function make_month_partition(parent text, month date) returns bigint language plpgsql as $$
declare
    name text := parent || to_char(month, '"_y"YYYY"m"MM');
    from_time timestamptz := month::timestamp at time zone 'utc';
    to_time timestamptz := (month + interval '1 month') at time zone 'utc';
    key text := (select m.key from month_partitions m where m.parent = make_month_partition.parent and m.to_time is null);
    options text;
    moved bigint;
begin
    if key is null then raise undefined_table using message = format('%s is not partitioned by month.', parent); end if;
    if month <> date_trunc('month', month) then raise invalid_parameter_value using message = format('%s is not the first of a month.', month); end if;
    perform pg_advisory_xact_lock(hashtext('trackhub partitions'));
    if to_regclass(name) is not null then return null; end if;

    -- Attaching takes less from the table than CREATE … PARTITION OF: who writes other months goes on. Locks in the order that attaching takes them.
    options := (select array_to_string(c.reloptions, ', ') from pg_class c where c.oid = (parent || '_default')::regclass);
    execute format('create table %I (like %I including all) %s', name, parent, 'with (' || options || ')');
    call secure_table(name::regclass, null);
    execute format('lock table only %I in share update exclusive mode', parent);
    execute format('lock table %I in access exclusive mode', parent || '_default');
    execute format('with moved as (delete from %1$I where %2$I >= %3$L and %2$I < %4$L returning *) insert into %5$I select * from moved',
        parent || '_default', key, from_time, to_time, name);
    get diagnostics moved = row_count;
    execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, name, from_time, to_time);
    return moved;
end $$;

do $$ begin
    execute format('alter function make_month_partition(text, date) security definer set search_path = %I, pg_temp set lock_timeout = ''2s''', current_schema());
end $$;
