using Npgsql;
using TrackHub.Testing;

namespace TrackHub.Integration.Tenants;

/// <summary>Rights and row-level security as PostgreSQL enforces them: everything here is raw SQL as the roles themselves.</summary>
public sealed class RightsTests(RightsTests.TwoTenants tenants) : IClassFixture<RightsTests.TwoTenants>
{
    // A partition has no rights of its own; month partitions and those of dedupe_registry alike.
    private const string Tables = """
        select c.oid, c.relname::text as name, c.relispartition as is_partition, c.relrowsecurity and c.relforcerowsecurity as is_forced,
            (select coalesce(string_agg(p.polname || ':' || (select string_agg(r::regrole::text, ',') from unnest(p.polroles) r), ' ' order by p.polname), '')
             from pg_policy p where p.polrelid = c.oid) as policies,
            (select coalesce(pg_get_expr(p.polqual, c.oid) || ' / ' || pg_get_expr(p.polwithcheck, c.oid), '') from pg_policy p where p.polrelid = c.oid and p.polname = 'tenant') as visible
        from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
        """;

    private readonly TenantDatabase _database = tenants.Database;

    [Fact]
    public async Task Every_table_has_exactly_the_rights_decided_for_it()
    {
        var actual = await _database.RowsAsync($"""
            select t.name || ' | ' ||
                (select coalesce(string_agg(lower(a.privilege_type), ' ' order by a.privilege_type), '') from aclexplode(c.relacl) a where a.grantee = 'trackhub_writer'::regrole) || ' | ' ||
                case when not has_table_privilege('trackhub_console', t.oid, 'select') and not has_any_column_privilege('trackhub_console', t.oid, 'select') then 'nothing' else
                (select coalesce(string_agg(attname, ' ' order by attname), '') from pg_attribute
                 where attrelid = t.oid and attnum > 0 and not attisdropped and not has_column_privilege('trackhub_console', t.oid, attnum, 'select')) end || ' | ' ||
                (select coalesce(string_agg(w, ' ' order by w), '') from (
                    select lower(a.privilege_type) as w from aclexplode(c.relacl) a where a.grantee = 'trackhub_console'::regrole and a.privilege_type <> 'SELECT'
                    union all
                    select lower(a.privilege_type) || '(' || attname || ')' from pg_attribute, aclexplode(attacl) a
                    where attrelid = t.oid and a.grantee = 'trackhub_console'::regrole and a.privilege_type <> 'SELECT') w)
            from ({Tables}) t join pg_class c using (oid) where not is_partition order by t.name
            """);

        actual.ShouldBe(ExpectedRights.Tables.OrderBy(static t => t.Table, StringComparer.Ordinal)
            .Select(static t => $"{t.Table} | {t.Writer} | {(t.Rows is RowsOf.System ? "nothing" : t.Hidden)} | {t.ConsoleWrites}"));
    }

    [Fact]
    public async Task Every_table_is_forced_under_row_level_security_with_the_policy_decided_for_it()
    {
        var actual = await _database.RowsAsync($"select name || ' ' || is_forced || ' ' || policies from ({Tables}) t where not is_partition and name <> 'schema_migrations' order by name");
        var visible = await _database.RowsAsync($"select name || ': ' || visible from ({Tables}) t where visible is not null order by name");

        actual.ShouldBe(ExpectedRights.Tables.Where(static t => t.Table != "schema_migrations").OrderBy(static t => t.Table, StringComparer.Ordinal)
            .Select(static t => $"{t.Table} true {(t.Rows is RowsOf.System ? "" : "tenant:trackhub_console ")}writer:trackhub_writer"));
        visible.Where(static v => v.Contains("tenant_brands()", StringComparison.Ordinal) && v.Contains("brand_id", StringComparison.Ordinal)).Select(static v => v.Split(':')[0])
            .ShouldBe(ExpectedRights.Tables.Where(static t => t.Rows is RowsOf.Brand).Select(static t => t.Table).Order(StringComparer.Ordinal));
        visible.Where(static v => v.Contains("current_tenant()", StringComparison.Ordinal)).Select(static v => v.Split(':')[0])
            .ShouldBe(ExpectedRights.Tables.Where(static t => t.Rows is RowsOf.Tenant).Select(static t => t.Table).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task No_partition_can_be_reached_by_its_own_name_even_with_a_right_granted_by_mistake()
    {
        await _database.ExecuteAsync("select make_month_partition('clicks', '2020-02-01')");
        (await _database.RowsAsync($"select name from ({Tables}) t where is_partition and (not is_forced or policies <> 'writer:trackhub_writer')")).ShouldBeEmpty();
        (await _database.RowsAsync($"select name from ({Tables}) t join pg_class c using (oid) where is_partition and exists (select from aclexplode(c.relacl) a where a.grantee <> c.relowner)"))
            .ShouldBeEmpty();

        (await DeniedAsync("tenant-a", "select count(*) from clicks_default")).ShouldBeTrue();
        await _database.ExecuteAsync("grant select on clicks_default, day_secrets to trackhub_console");
        var seen = await CountAsync("tenant-a", "select (select count(*) from clicks_default) + (select count(*) from day_secrets)");
        await _database.ExecuteAsync("revoke select on clicks_default, day_secrets from trackhub_console");

        seen.ShouldBe(0);
    }

    [Fact]
    public async Task A_tenant_sees_its_own_rows_of_every_table_and_no_others()
    {
        foreach (var (table, rows, _, _, _) in ExpectedRights.Tables.Where(static t => t.Rows is not RowsOf.System))
        {
            var own = rows is RowsOf.Brand ? "brand_id = 'aaaaaaaaaaaa'" : table == "tenants" ? "id = 'tenant-a'" : "tenant_id = 'tenant-a'";
            var mine = await _database.ScalarAsync<long>($"select count(*) from {table} where {own}");

            mine.ShouldBeGreaterThan(0, table);
            (await CountAsync("tenant-a", $"select count(*) from {table}")).ShouldBe(mine, table);
            (await CountAsync("tenant-a", $"select count(*) from {table} where not ({own})")).ShouldBe(0, table);
            (await CountAsync(null, $"select count(*) from {table}")).ShouldBe(0, table);
            (await CountAsync("", $"select count(*) from {table}")).ShouldBe(0, table);
            (await CountAsync("tenant-z", $"select count(*) from {table}")).ShouldBe(0, table);
        }
    }

    [Fact]
    public async Task A_pooled_connection_that_a_tenant_just_used_shows_another_nothing_of_it()
    {
        var first = await BackendAsync("tenant-a");
        (await CountAsync("tenant-a", "select count(*) from clicks")).ShouldBeGreaterThan(0);

        (await CountAsync(null, "select count(*) from clicks")).ShouldBe(0);
        (await CountAsync("tenant-b", "select count(*) from clicks where brand_id = 'aaaaaaaaaaaa'")).ShouldBe(0);
        (await BackendAsync(null)).ShouldBe(first);
    }

    [Fact]
    public async Task A_tenant_writes_only_its_own_rows()
    {
        await RunAsync("tenant-a", "insert into funnels (id, brand_id, name) values ('f1', 'aaaaaaaaaaaa', 'Novo')");
        (await DeniedAsync("tenant-a", "insert into funnels (id, brand_id, name) values ('f2', 'bbbbbbbbbbbb', 'Novo')")).ShouldBeTrue();
        (await DeniedAsync(null, "insert into funnels (id, brand_id, name) values ('f3', 'aaaaaaaaaaaa', 'Outro')")).ShouldBeTrue();
        (await DeniedAsync("tenant-a", "update funnels set brand_id = 'bbbbbbbbbbbb' where id = 'f1'")).ShouldBeTrue();
        (await RunAsync("tenant-a", "update funnels set name = 'x' where brand_id = 'bbbbbbbbbbbb'")).ShouldBe(0);
        (await RunAsync("tenant-a", "delete from funnels where brand_id = 'bbbbbbbbbbbb'")).ShouldBe(0);
        (await RunAsync("tenant-a", "delete from funnels where id = 'f1'")).ShouldBe(1);
    }

    [Fact]
    public async Task What_a_page_changes_is_noted_in_its_own_tenants_name_and_nobody_elses()
    {
        const string Note = "select note_change('user u1', 'anomaly.status', 'a1', '{\"tenant\": \"tenant-b\", \"to\": \"resolved\"}')";

        await RunAsync("tenant-a", Note);
        (await DeniedAsync(null, Note)).ShouldBeTrue();
        (await DeniedAsync("tenant-a", "insert into audit_log (actor, action, subject) values ('u1', 'x', 'y')")).ShouldBeTrue();

        (await _database.RowsAsync("select actor || ' ' || subject || ' ' || detail from audit_log where action = 'anomaly.status'"))
            .ShouldBe(["user u1 a1 {\"to\": \"resolved\", \"tenant\": \"tenant-a\"}"]);
    }

    [Theory]
    [InlineData("select window_key_sealed from tenants")]
    [InlineData("select secret_sealed from gateway_connections")]
    [InlineData("select token_sealed from pixels")]
    [InlineData("select index_key_sealed from brands")]
    [InlineData("select user_data from clicks")]
    [InlineData("select * from encryption_keys")]
    [InlineData("select * from day_secrets")]
    [InlineData("select * from ledger_offsets")]
    [InlineData("insert into orders (brand_id, gateway, sale_id, state, rank, revision, first_seen, updated_at) values ('aaaaaaaaaaaa', 'k', 's', 'paid', 1, 1, now(), now())")]
    [InlineData("select drop_month_partition('clicks_default', now())")]
    [InlineData("select make_month_partition('clicks', '2021-01-01')")]
    [InlineData("set role trackhub_writer")]
    [InlineData("create table mine (id int)")]
    public async Task The_console_is_refused(string sql) => (await DeniedAsync("tenant-a", sql)).ShouldBeTrue();

    private async Task<int> BackendAsync(string? tenant) => (int)(await InTenantAsync(tenant, "select pg_backend_pid()", static c => c.ExecuteScalarAsync()))!;

    private async Task<long> CountAsync(string? tenant, string sql) => (long)(await InTenantAsync(tenant, sql, static c => c.ExecuteScalarAsync()))!;

    private Task<int> RunAsync(string? tenant, string sql) => InTenantAsync(tenant, sql, static c => c.ExecuteNonQueryAsync());

    private async Task<bool> DeniedAsync(string? tenant, string sql) =>
        (await Should.ThrowAsync<PostgresException>(() => RunAsync(tenant, sql))).SqlState == PostgresErrorCodes.InsufficientPrivilege;

    private async Task<T> InTenantAsync<T>(string? tenant, string sql, Func<NpgsqlCommand, Task<T>> run)
    {
        await using var connection = await tenants.Console.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        if (tenant is not null)
        {
            await using var set = new NpgsqlCommand($"set local app.tenant = '{tenant}'", connection, transaction);
            await set.ExecuteNonQueryAsync();
        }

        await using var command = new NpgsqlCommand(sql, connection, transaction);
        var result = await run(command);
        await transaction.CommitAsync();
        return result;
    }

    /// <summary>A database with the rows of two tenants, and a login of the console.</summary>
    public sealed class TwoTenants : IAsyncLifetime
    {
        internal TenantDatabase Database { get; private set; } = null!;

        internal NpgsqlDataSource Console { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            var server = await TestMachine.PostgresAsync();
            Database = await TenantDatabase.MigratedAsync(server);
            foreach (var (tenant, brand) in new[] { ("tenant-a", "aaaaaaaaaaaa"), ("tenant-b", "bbbbbbbbbbbb") })
                await Database.ExecuteAsync(SampleRows.OfFirstRelease(tenant, brand) + SampleRows.OfLater(brand));

            // A login that is a member, as a deployment has it; one connection, so that every transaction gets the one just used.
            var login = $"page_{Guid.NewGuid():N}";
            await server.ExecuteAsync($"create role {login} login in role trackhub_console");
            Console = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(PostgresServer.As(Database.ConnectionString, login)) { MaxPoolSize = 1 }.ConnectionString);
        }

        public async Task DisposeAsync()
        {
            await Console.DisposeAsync();
            await Database.DisposeAsync();
        }
    }
}
