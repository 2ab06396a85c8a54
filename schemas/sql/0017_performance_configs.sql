-- What a brand wants of the Sentry. A brand without a row has the defaults.
create table performance_configs (
    brand_id              text primary key references brands on delete cascade,
    sentry_enabled        boolean not null default true,
    sentry_sensitivity    text not null default 'medium' check (sentry_sensitivity in ('low', 'medium', 'high')),
    notification_channels text[] not null default '{dashboard}' check (notification_channels <@ array['dashboard', 'email', 'slack'] and array_position(notification_channels, null) is null),
    updated_at            timestamptz not null default now()
);
comment on table performance_configs is 'The Sentry''s settings of a brand: deviation of 50, 30 or 15 percent for low, medium and high.';

call secure_brand_table('performance_configs', 'select', 'select, insert, update (sentry_enabled, sentry_sensitivity, notification_channels, updated_at)');

-- What people do through the pages is on record like an operator's hand. They cannot read the log, nor write of a tenant but their own.
create function note_change(actor text, action text, subject text, detail jsonb) returns void language plpgsql as $$
begin
    if current_tenant() is null then
        raise insufficient_privilege using message = 'No tenant is named in this transaction.', hint = 'set local app.tenant = ''…'' first.';
    end if;
    insert into audit_log (actor, action, subject, detail) values ($1, $2, $3, $4 || jsonb_build_object('tenant', current_tenant()));
end $$;

do $$
begin
    execute format('alter function note_change(text, text, text, jsonb) security definer set search_path = %I, pg_temp', current_schema());
end $$;
revoke execute on function note_change(text, text, text, jsonb) from public;
grant execute on function note_change(text, text, text, jsonb) to trackhub_console;
