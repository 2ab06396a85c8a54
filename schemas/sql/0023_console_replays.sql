-- Replays are started and stopped through the pages too, by tenants for their brands. Who may, row-level security says; whether a range is at work already,
-- a function that sees everybody's replays and tells nothing of them; and what was done is on record whoever did it.

alter table replays add column ended_by text;   -- who stopped it, or the role that came to its end
grant insert (replay_id, topic, brand_id, actor, rate, partitions, first_offsets, end_offsets, next_offsets), update (state, ended_by, ended_at, updated_at)
    on replays to trackhub_console;

-- Those at work, of whom the caller may see, that would send again what this range would: the same partitions' records, of the same brand or of all.
create function replays_in_the_way(wanted_topic text, wanted_brand text, wanted_partitions int[], wanted_firsts bigint[], wanted_ends bigint[])
    returns setof replays language sql stable as $$
    select r.* from replays r
    where r.state = 'running' and r.topic = wanted_topic and (r.brand_id is null or wanted_brand is null or r.brand_id = wanted_brand)
      and exists (
        select from unnest(r.partitions, r.first_offsets, r.end_offsets) as theirs (p, first_offset, end_offset)
        join unnest(wanted_partitions, wanted_firsts, wanted_ends) as ours (p, first_offset, end_offset) using (p)
        where ours.first_offset < theirs.end_offset and theirs.first_offset < ours.end_offset)
    order by r.created_at
$$;

-- Whether there is any, of anybody. Until the transaction ends nobody else is told so.
create function replay_is_in_the_way(wanted_topic text, wanted_brand text, wanted_partitions int[], wanted_firsts bigint[], wanted_ends bigint[])
    returns boolean language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtext('trackhub replays'));
    return exists (select from replays_in_the_way(wanted_topic, wanted_brand, wanted_partitions, wanted_firsts, wanted_ends));
end $$;

create function note_replay() returns trigger language plpgsql as $$
begin
    insert into audit_log (actor, action, subject, detail) values (
        case new.state when 'running' then new.actor else new.ended_by end,
        'replay.' || case new.state when 'running' then 'start' when 'cancelled' then 'cancel' else 'done' end,
        new.replay_id::text,
        jsonb_build_object(
            'topic', new.topic, 'brand', new.brand_id, 'tenant', (select tenant_id from brands where id = new.brand_id), 'rate', new.rate, 'partitions', new.partitions,
            'from', new.first_offsets, 'to', new.end_offsets, 'next', new.next_offsets, 'counts', new.counts));
    return null;
end $$;

do $$
declare
    definer text;
begin
    foreach definer in array array['replay_is_in_the_way(text, text, int[], bigint[], bigint[])', 'note_replay()'] loop
        execute format('alter function %s security definer set search_path = %I, pg_temp', definer, current_schema());
        execute format('revoke execute on function %s from public', definer);
    end loop;
end $$;
grant execute on function replay_is_in_the_way(text, text, int[], bigint[], bigint[]) to trackhub_writer, trackhub_console;

create trigger replay_started after insert on replays for each row when (new.state = 'running') execute function note_replay();
create trigger replay_ended after update of state on replays for each row when (old.state = 'running' and new.state <> 'running') execute function note_replay();
