-- Who may look at a tenant's pages: people by password and session, machines by key. No role of the database reads these tables: the console asks the
-- functions below, each of which answers about the one thing that was presented to it, and hands out no row of anybody else.

create table users (
    id              text primary key,
    tenant_id       text not null references tenants on delete cascade,
    login           text not null unique check (login = lower(login) and length(login) between 3 and 254),
    role            text not null check (role in ('viewer', 'operator', 'admin')),
    salt            bytea not null,
    iterations      int not null check (iterations > 0),
    password_hash   bytea not null,                     -- PBKDF2 with HMAC-SHA-256 over salt and iterations
    active          boolean not null default true,
    created_at      timestamptz not null default now(),
    password_set_at timestamptz not null default now()
);
create index users_tenant on users (tenant_id);

create table sessions (
    token_hash   bytea primary key check (length(token_hash) = 32),  -- SHA-256 of the cookie; the cookie itself is stored nowhere
    user_id      text not null references users on delete cascade,
    created_at   timestamptz not null default now(),
    last_seen_at timestamptz not null default now()     -- to the minute
);
create index sessions_user on sessions (user_id);

create table api_keys (
    id                  text primary key,
    tenant_id           text not null references tenants on delete cascade,
    name                text not null,
    role                text not null check (role in ('viewer', 'operator', 'admin')),
    key_hash            bytea not null unique check (length(key_hash) = 32),
    previous_hash       bytea unique check (length(previous_hash) = 32),  -- valid beside the new one until previous_expires_at
    previous_expires_at timestamptz,
    created_at          timestamptz not null default now(),
    last_used_at        timestamptz,                    -- to the minute
    revoked_at          timestamptz,
    unique (tenant_id, name)
);

call secure_table('users', null);
call secure_table('sessions', null);
call secure_table('api_keys', null);

-- What a password is checked against; no row: nobody of that name may come in.
create function find_login(wanted text) returns table (user_id text, salt bytea, iterations int, password_hash bytea) language sql stable as $$
    select id, users.salt, users.iterations, users.password_hash from users where login = wanted and active
$$;

-- Begins a session of somebody whose password was right; his expired ones go. False: he may no longer come in.
create function open_session(presented bytea, who text, idle interval, absolute interval) returns boolean language plpgsql as $$
begin
    perform from users where id = who and active for share;
    if not found then return false; end if;
    delete from sessions where user_id = who and (created_at < now() - absolute or last_seen_at < now() - idle);
    insert into sessions (token_hash, user_id) values (presented, who);
    insert into audit_log (actor, action, subject) values ('user:' || who, 'session.open', who);
    return true;
end $$;

-- Whose session that is, while it is within both limits. Noted as seen at most once a minute: most requests write nothing.
create function session_caller(presented bytea, idle interval, absolute interval)
    returns table (tenant_id text, user_id text, login text, role text, created_at timestamptz) language plpgsql as $$
#variable_conflict use_column
declare
    seen timestamptz;
begin
    return query select u.tenant_id, u.id, u.login, u.role, s.created_at from sessions s join users u on u.id = s.user_id
        where s.token_hash = presented and u.active and s.created_at > now() - absolute and s.last_seen_at > now() - idle;
    if found then
        update sessions set last_seen_at = now() where token_hash = presented and last_seen_at < now() - interval '1 minute';
    end if;
end $$;

create function close_session(presented bytea) returns void language plpgsql as $$
declare
    who text;
begin
    delete from sessions where token_hash = presented returning user_id into who;
    if found then
        insert into audit_log (actor, action, subject) values ('user:' || who, 'session.close', who);
    end if;
end $$;

-- Expired sessions of everybody. They are of no use to anybody; this keeps the table small.
create function purge_sessions(idle interval, absolute interval) returns bigint language sql as $$
    with gone as (delete from sessions where created_at < now() - absolute or last_seen_at < now() - idle returning 1) select count(*) from gone
$$;

-- Whose key that is: the one in force, or the former one during its overlap.
create function api_key_caller(presented bytea) returns table (tenant_id text, key_id text, role text) language plpgsql as $$
#variable_conflict use_column
begin
    return query select k.tenant_id, k.id, k.role from api_keys k
        where k.revoked_at is null and (k.key_hash = presented or (k.previous_hash = presented and k.previous_expires_at > now()));
    if found then
        update api_keys set last_used_at = now()
        where revoked_at is null and (key_hash = presented or previous_hash = presented) and (last_used_at is null or last_used_at < now() - interval '1 minute');
    end if;
end $$;

do $$
declare
    callable text;
begin
    foreach callable in array array[
        'find_login(text)', 'open_session(bytea, text, interval, interval)', 'session_caller(bytea, interval, interval)', 'close_session(bytea)',
        'purge_sessions(interval, interval)', 'api_key_caller(bytea)'] loop
        execute format('alter function %s security definer set search_path = %I, pg_temp', callable, current_schema());
        execute format('revoke execute on function %s from public', callable);
        execute format('grant execute on function %s to trackhub_console', callable);
    end loop;
end $$;
