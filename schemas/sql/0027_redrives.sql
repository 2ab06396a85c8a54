-- Dead letters that a tenant wants back where they came from: orders of the console, carried out by dispatchers, the oldest first and one at a time.
create table redrives (
    redrive_id uuid primary key,
    brand_id   text not null,
    actor      text not null,
    filter     jsonb not null,                          -- which letters, beside the brand
    dry_run    boolean not null,                        -- only tell what would come of it
    rate       int not null,                            -- letters a second at most
    state      text not null default 'running' check (state in ('running', 'done')),
    letters    bigint not null default 0,               -- how many the filter named when it was begun
    counts     jsonb not null default '{}',             -- letters by what came of them
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    ended_at   timestamptz
);
create index redrives_open on redrives (created_at) where state = 'running';

call secure_brand_table('redrives', 'select, update, delete', 'select');
grant insert (redrive_id, brand_id, actor, filter, dry_run, rate) on redrives to trackhub_console;

create function note_redrive() returns trigger language plpgsql as $$
begin
    insert into audit_log (actor, action, subject, detail) values (
        case new.state when 'running' then new.actor else 'dispatcher' end,
        case new.state when 'running' then 'dead_letters.redrive' else 'dead_letters.redriven' end,
        new.redrive_id::text,
        jsonb_build_object('brand', new.brand_id, 'tenant', (select tenant_id from brands where id = new.brand_id), 'filter', new.filter, 'dry_run', new.dry_run, 'rate', new.rate,
            'letters', new.letters, 'counts', new.counts));
    return null;
end $$;

do $$ begin
    execute format('alter function note_redrive() security definer set search_path = %I, pg_temp', current_schema());
end $$;
revoke execute on function note_redrive() from public;

create trigger redrive_ordered after insert on redrives for each row when (new.state = 'running') execute function note_redrive();
create trigger redrive_ended after update of state on redrives for each row when (old.state = 'running' and new.state <> 'running') execute function note_redrive();
