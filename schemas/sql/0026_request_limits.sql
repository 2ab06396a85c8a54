-- What a tenant may ask of the console, counted for all its processes together: a token bucket that holds a minute's requests and fills evenly. Unlogged: a
-- crash of the server gives everybody a full bucket, and in return no request waits for the disk.
create unlogged table request_buckets (
    tenant_id  text not null references tenants on delete cascade,
    bucket     text not null,
    tokens     double precision not null,
    at         timestamptz not null,
    primary key (tenant_id, bucket)
) with (fillfactor = 50);

call secure_table('request_buckets', null);

-- Takes a request. Null: there was one; else how long until there is.
create function take_request(tenant text, wanted text, per_minute int) returns interval language plpgsql as $$
declare
    left_over double precision;
begin
    insert into request_buckets as b (tenant_id, bucket, tokens, at) values (tenant, wanted, per_minute - 1, clock_timestamp())
    on conflict (tenant_id, bucket) do update set
        tokens = least(per_minute, b.tokens + per_minute * extract(epoch from clock_timestamp() - b.at) / 60) - 1, at = clock_timestamp()
        where least(per_minute, b.tokens + per_minute * extract(epoch from clock_timestamp() - b.at) / 60) >= 1;
    if found then return null; end if;
    select b.tokens + per_minute * extract(epoch from clock_timestamp() - b.at) / 60 into left_over from request_buckets b where b.tenant_id = tenant and b.bucket = wanted;
    return make_interval(secs => greatest(1 - left_over, 0) * 60 / per_minute);
end $$;

do $$ begin
    execute format('alter function take_request(text, text, int) security definer set search_path = %I, pg_temp', current_schema());
end $$;
revoke execute on function take_request(text, text, int) from public;
grant execute on function take_request(text, text, int) to trackhub_console;
