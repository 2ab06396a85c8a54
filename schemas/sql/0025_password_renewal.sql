-- A password that was hashed with fewer iterations than TrackHub now takes is hashed anew when somebody signs in with it: only then is it there to be hashed.
-- Written over the very hash that was checked, so that a password set meanwhile stays.
create function renew_password(who text, checked_hash bytea, new_salt bytea, new_iterations int, new_hash bytea) returns void language sql as $$
    update users set salt = new_salt, iterations = new_iterations, password_hash = new_hash
    where id = who and password_hash = checked_hash and iterations < new_iterations
$$;

do $$ begin
    execute format('alter function renew_password(text, bytea, bytea, int, bytea) security definer set search_path = %I, pg_temp', current_schema());
end $$;
revoke execute on function renew_password(text, bytea, bytea, int, bytea) from public;
grant execute on function renew_password(text, bytea, bytea, int, bytea) to trackhub_console;
