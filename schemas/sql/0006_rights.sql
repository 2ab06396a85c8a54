-- Who may do what. Two roles of the whole cluster; every table is owned by whoever migrates:
--   trackhub_writer   what the stream's roles connect as: rights per table, all tenants' rows
--   trackhub_console  what people's pages connect as: only the rows of the tenant that their transaction has named by
--                     set local app.tenant = '…'; without it none
-- A login may be the role itself or a member of it: each table has a policy for the writer besides its attribute bypassrls, which members do
-- not inherit and managed servers may not give. Row-level security is forced, so it binds the owner as well, who is a member of the writer.

do $$
declare
    wanted text;
begin
    foreach wanted in array array['trackhub_writer', 'trackhub_console'] loop
        begin
            -- Another database of the same cluster may be migrated at this moment.
            if not exists (select from pg_roles where rolname = wanted) then execute format('create role %I nologin', wanted); end if;
        exception
            when duplicate_object or unique_violation then null;
            when insufficient_privilege then
                raise insufficient_privilege using
                    message = format('%I may not make the role %I.', current_user, wanted),
                    hint = format('As an administrator of the server: create role trackhub_writer; create role trackhub_console; grant trackhub_writer to %I; then migrate again.', current_user);
        end;
    end loop;

    begin
        if not (select rolbypassrls from pg_roles where rolname = 'trackhub_writer') then alter role trackhub_writer bypassrls; end if;
    exception when insufficient_privilege or internal_error then null;    -- the policies do the same
    end;

    begin
        if not pg_has_role(current_user, 'trackhub_writer', 'usage') then execute format('grant trackhub_writer to %I', current_user); end if;
    exception
        when unique_violation then null;
        when insufficient_privilege then
            raise insufficient_privilege using
                message = format('%I owns the tables and is no member of trackhub_writer: it would see no row.', current_user),
                hint = format('As an administrator of the server: grant trackhub_writer to %I; then migrate again.', current_user);
    end;

    if pg_has_role('trackhub_console', 'trackhub_writer', 'member') then
        raise insufficient_privilege using
            message = 'trackhub_console is a member of trackhub_writer: it would see every tenant.',
            hint = 'As an administrator of the server: revoke trackhub_writer from trackhub_console; then migrate again.';
    end if;

    execute format('grant usage on schema %I to trackhub_writer, trackhub_console', current_schema());
end $$;

-- The tenant of this transaction; null where none is set. After a SET LOCAL the setting is empty, not gone.
create function current_tenant() returns text language sql stable parallel safe
    return nullif(current_setting('app.tenant', true), '');

-- Its brands, under the caller's own view of brands. Policies ask for it in a scalar subquery: once per statement, and the array it
-- gives is an index condition on the brand that every index of a brand's rows begins with.
create function tenant_brands() returns text[] language sql stable parallel safe
    return (select coalesce(array_agg(id), '{}') from brands where tenant_id = current_tenant());

-- Gives a table its rights. Every table gets them in the migration that makes it; a test refuses a table without.
--   writer, console: what follows GRANT, columns in brackets; null: nothing
--   visible: which rows are the tenant's, asked for reading and writing; null: none
create procedure secure_table(target regclass, writer text, console text default null, visible text default null) language plpgsql as $$
begin
    execute format('alter table %s enable row level security', target);
    execute format('alter table %s force row level security', target);
    execute format('create policy writer on %s to trackhub_writer using (true) with check (true)', target);
    if visible is not null then
        execute format('create policy tenant on %s to trackhub_console using (%s) with check (%2$s)', target, visible);
    end if;
    if writer is not null then execute format('grant %s on %s to trackhub_writer', writer, target); end if;
    if console is not null then execute format('grant %s on %s to trackhub_console', console, target); end if;
end $$;

create procedure secure_brand_table(target regclass, writer text, console text) language sql as $$
    call secure_table(target, writer, console, 'brand_id = any ((select tenant_brands())::text[])')
$$;

-- The directory: operators change it as the owner; whoever is under row-level security sees no secret.
call secure_table('tenants', 'select', 'select (id, name, created_at)', 'id = (select current_tenant())');
call secure_table('brands', 'select',
    'select (id, tenant_id, name, time_zone, currency, consent_basis, settings, created_at)',
    'tenant_id = (select current_tenant())');
call secure_brand_table('pixels', 'select', 'select (id, brand_id, dataset_id, active, settings, created_at)');
call secure_brand_table('gateway_connections', 'select', 'select (id, brand_id, gateway, previous_expires_at, active, created_at)');
call secure_brand_table('write_keys', 'select', 'select (id, brand_id, is_server, allowed_origins, created_at, revoked_at)');
call secure_brand_table('funnels', 'select', 'select, insert, update (name, domain), delete');
call secure_table('encryption_keys', 'select');
call secure_table('day_secrets', 'select, insert, delete');
call secure_table('directory_version', 'select');
call secure_table('audit_log', null);

-- What the ledger projects, and deletes when its time is over.
call secure_table('ledger_offsets', 'select, insert, update');
call secure_brand_table('events', 'select, insert', 'select');
call secure_brand_table('clicks', 'select, insert',
    'select (ingest_id, ingested_at, brand_id, kind, event_id, event_time, received_at, session_id, click_id, email_hash, phone_hash, fbclid_hash, external_hash, ip_hash, ip_prefix_hash, user_agent_hash, traits, url, consent_ads)');
call secure_brand_table('identities', 'select, insert, update, delete', 'select');
call secure_brand_table('conversions', 'select, insert', 'select');
call secure_brand_table('matches', 'select, insert', 'select');
call secure_brand_table('event_outcomes', 'select, insert', 'select');
call secure_brand_table('dead_letters', 'select, insert, delete', 'select');
call secure_brand_table('book_entries', 'select, insert, update, delete', 'select');
call secure_brand_table('book_minutes', 'select, insert, update, delete', 'select');
call secure_brand_table('alerts', 'select, insert, update, delete', 'select');

-- The matcher's.
call secure_brand_table('orders', 'select, insert, update, delete',
    'select (brand_id, gateway, sale_id, state, rank, purchase_ingest_id, revision, stage, score, amount_minor, currency, first_seen, updated_at)');
call secure_brand_table('order_revisions', 'select, insert', 'select (brand_id, gateway, sale_id, ingest_id, revision, kind, created_at)');
call secure_brand_table('consents', 'select, insert, update, delete', 'select');
call secure_brand_table('suppressions', 'select', 'select');

-- The dispatcher's.
call secure_brand_table('dedupe_registry', 'select, insert, update', 'select');
call secure_brand_table('dispatch_attempts', 'select, insert, update', 'select');
call secure_brand_table('dispatch_lanes', 'select, insert, update', 'select');
grant usage on sequence dispatch_fence to trackhub_writer;

grant select on schema_migrations to trackhub_writer;

-- A partition is reached through its table, whose policies count then. By its own name it is closed: no grants, and no policy for the console.
do $$
declare
    part regclass;
begin
    for part in
        select i.inhrelid::regclass from pg_inherits i join pg_class p on p.oid = i.inhparent
        where p.relkind = 'p' and p.relnamespace = current_schema()::regnamespace
    loop
        call secure_table(part, null);
    end loop;
end $$;

-- Changes by any role raise the version, which only the owner may write.
do $$
begin
    execute format('alter function notify_directory_changed() security definer set search_path = %I, pg_temp', current_schema());
end $$;
revoke execute on function notify_directory_changed() from public;
