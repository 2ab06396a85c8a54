-- Months as partitions: made ahead, dropped when their time is over, one short transaction each. The writer runs them with the owner's
-- rights, inside what the functions allow. DETACH … CONCURRENTLY is not to be had beside a default partition, so a drop waits
-- for its lock for a moment only and is tried again by the caller.

-- Tables that are partitioned by a time. Bounds of their months, null for the default partition.
create view month_partitions as
select p.relname::text as parent, c.relname::text as name,
    substring(pg_get_expr(c.relpartbound, c.oid) from 'FROM \(''([^'']+)''\)')::timestamptz as from_time,
    substring(pg_get_expr(c.relpartbound, c.oid) from 'TO \(''([^'']+)''\)')::timestamptz as to_time,
    a.attname::text as key, greatest(c.reltuples, 0)::bigint as row_estimate
from pg_partitioned_table t
join pg_class p on p.oid = t.partrelid
join pg_attribute a on a.attrelid = p.oid and a.attnum = t.partattrs[0] and a.atttypid = 'timestamptz'::regtype
join pg_inherits i on i.inhparent = p.oid
join pg_class c on c.oid = i.inhrelid
where t.partstrat = 'r' and t.partnatts = 1 and p.relnamespace = (select oid from pg_namespace where nspname = current_schema());
grant select on month_partitions to trackhub_writer;

-- Makes one month of a table. Rows of it that the default partition caught move along.
-- Returns how many moved; null if the month was there. Raises lock_not_available when somebody reads or writes the default partition for long.
create function make_month_partition(parent text, month date) returns bigint language plpgsql as $$
declare
    name text := parent || to_char(month, '"_y"YYYY"m"MM');
    from_time timestamptz := month::timestamp at time zone 'utc';
    to_time timestamptz := (month + interval '1 month') at time zone 'utc';
    key text := (select m.key from month_partitions m where m.parent = make_month_partition.parent and m.to_time is null);
    moved bigint;
begin
    if key is null then raise undefined_table using message = format('%s is not partitioned by month.', parent); end if;
    if month <> date_trunc('month', month) then raise invalid_parameter_value using message = format('%s is not the first of a month.', month); end if;
    perform pg_advisory_xact_lock(hashtext('trackhub partitions'));
    if to_regclass(name) is not null then return null; end if;

    -- Attaching takes less from the table than CREATE … PARTITION OF: who writes other months goes on. Locks in the order that attaching takes them.
    execute format('create table %I (like %I including all)', name, parent);
    call secure_table(name::regclass, null);
    execute format('lock table only %I in share update exclusive mode', parent);
    execute format('lock table %I in access exclusive mode', parent || '_default');
    execute format('with moved as (delete from %1$I where %2$I >= %3$L and %2$I < %4$L returning *) insert into %5$I select * from moved',
        parent || '_default', key, from_time, to_time, name);
    get diagnostics moved = row_count;
    execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, name, from_time, to_time);
    return moved;
end $$;

-- Drops a month that ended before the time given. Refuses what is younger than 30 days, whatever the caller's clock says.
-- Returns false if it is gone already. Raises lock_not_available when the table is in use for long.
create function drop_month_partition(partition text, before timestamptz) returns boolean language plpgsql as $$
declare
    ends timestamptz := (select to_time from month_partitions where name = partition);
begin
    if ends is null then return false; end if;
    if ends > before or ends > now() - interval '30 days' then
        raise invalid_parameter_value using message = format('%s holds rows until %s: too young to be dropped.', partition, ends);
    end if;
    execute format('drop table %I', partition);
    return true;
end $$;

-- Deletes rows older than the time given from a table's default partition, at most so many. Returns how many.
create function purge_default_partition(parent text, before timestamptz, most int) returns bigint language plpgsql as $$
declare
    key text := (select m.key from month_partitions m where m.parent = purge_default_partition.parent and m.to_time is null);
    deleted bigint;
begin
    if key is null then raise undefined_table using message = format('%s is not partitioned by month.', parent); end if;
    execute format('delete from %1$I where ctid = any (array(select ctid from %1$I where %2$I < $1 limit $2))', parent || '_default', key)
        using least(before, now() - interval '30 days'), most;
    get diagnostics deleted = row_count;
    return deleted;
end $$;

-- The months that should be there and are not: last month's to so many ahead.
create function missing_months(months_ahead int) returns table (parent text, month date) language sql stable as $$
    select p.parent, m.month::date
    from (select distinct parent from month_partitions) p
    cross join generate_series(
        date_trunc('month', now() at time zone 'utc') - interval '1 month',
        date_trunc('month', now() at time zone 'utc') + make_interval(months => months_ahead), interval '1 month') m (month)
    where to_regclass(p.parent || to_char(m.month, '"_y"YYYY"m"MM')) is null
    order by 2, 1
$$;

-- Earlier builds call it; they make whatever is missing in one go.
create or replace function ensure_month_partitions(months_ahead int) returns int language sql as $$
    select count(make_month_partition(parent, month))::int from missing_months(months_ahead)
$$;

do $$
declare
    signature text;
begin
    foreach signature in array array[
        'make_month_partition(text, date)', 'drop_month_partition(text, timestamptz)', 'purge_default_partition(text, timestamptz, int)',
        'ensure_month_partitions(int)'] loop
        execute format('alter function %s security definer set search_path = %I, pg_temp set lock_timeout = ''2s''', signature, current_schema());
        execute format('revoke execute on function %s from public', signature);
        execute format('grant execute on function %s to trackhub_writer', signature);
    end loop;
end $$;
