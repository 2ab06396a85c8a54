using Npgsql;
using TrackHub.Platform.Tenants;
using TrackHub.Testing;

namespace TrackHub.Integration.Tenants;

/// <summary>A database of the first release (migrations 1 to 4) with rows in every table, brought to this build's schema.</summary>
public sealed class MigrationOfFilledDatabaseTests
{
    private const int FirstRelease = 4;

    [Fact]
    public async Task Nothing_is_lost_and_every_rule_still_holds()
    {
        await using var database = await FirstReleaseAsync();
        var tables = await TablesAsync(database);
        var before = await ContentAsync(database, tables);
        before.Count.ShouldBeGreaterThan(20);
        before.ShouldAllBe(static table => !table.EndsWith(" 0", StringComparison.Ordinal));

        var applied = await database.Migrator.ApplyAsync();

        applied.Select(static m => m.Number).ShouldBe(MigrationScript.All.Select(static s => s.Number).Where(static n => n > FirstRelease));
        (await ContentAsync(database, tables)).ShouldBe(before);
        (await database.RowsAsync("select conname::text from pg_constraint where not convalidated")).ShouldBeEmpty();
        (await database.RowsAsync("select indexrelid::regclass::text from pg_index where not indisvalid")).ShouldBeEmpty();
        (await Should.ThrowAsync<PostgresException>(() => database.ExecuteAsync("insert into brands (id, tenant_id, name, index_key_sealed) values ('cccccccccccc', 'nobody', 'x', '')")))
            .SqlState.ShouldBe(PostgresErrorCodes.ForeignKeyViolation);
        await database.ExecuteAsync("delete from orders where sale_id = 'S1'");
        (await database.ScalarAsync<long>("select count(*) from order_revisions where sale_id = 'S1'")).ShouldBe(0);
    }

    [Fact]
    public async Task A_second_run_changes_nothing()
    {
        await using var database = await FirstReleaseAsync();
        await database.Migrator.ApplyAsync();
        var tables = await TablesAsync(database);
        var schema = await SchemaAsync(database);
        var content = await ContentAsync(database, tables);

        (await database.Migrator.ApplyAsync()).ShouldBeEmpty();

        (await SchemaAsync(database)).ShouldBe(schema);
        (await ContentAsync(database, tables)).ShouldBe(content);
    }

    [Fact]
    public async Task A_filled_and_an_empty_database_end_with_the_same_schema()
    {
        await using var old = await FirstReleaseAsync();
        await old.Migrator.ApplyAsync();
        await using var fresh = await TenantDatabase.MigratedAsync();

        (await SchemaAsync(old)).ShouldBe(await SchemaAsync(fresh));
    }

    [Fact]
    public async Task Two_builds_that_migrate_it_at_once_wait_for_each_other()
    {
        await using var database = await FirstReleaseAsync();

        var applied = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => database.Migrator.ApplyAsync())));

        applied.Select(static list => list.Count).Order().ShouldBe([0, MigrationScript.All.Count(static s => s.Number > FirstRelease)]);
    }

    [Fact]
    public async Task A_migration_that_fails_takes_back_those_before_it()
    {
        await using var database = await FirstReleaseAsync();
        var schema = await SchemaAsync(database);
        var broken = new Migrator(database.Postgres, database.Masters, TimeProvider.System)
        {
            Scripts = [.. MigrationScript.All, new(9998, "9998_broken.sql", "create table half (id int); select 1 / 0")],
        };

        (await Should.ThrowAsync<PostgresException>(() => broken.ApplyAsync())).SqlState.ShouldBe(PostgresErrorCodes.DivisionByZero);

        (await SchemaAsync(database)).ShouldBe(schema);
        (await database.ScalarAsync<int>("select max(number) from schema_migrations")).ShouldBe(FirstRelease);
    }

    [Fact]
    public async Task An_owner_without_the_right_to_make_roles_is_told_the_remedy_and_then_needs_no_more()
    {
        using var server = await PostgresServer.StartAsync(admitsWriter: false);
        await server.ExecuteAsync("create role landlord login");
        await server.ExecuteAsync("create database managed owner landlord");
        await server.ExecuteAsync("create role app login");
        var owner = PostgresServer.As(server.ConnectionString("managed"), "landlord");
        await using var database = TenantDatabase.Of(owner);

        var fault = await Should.ThrowAsync<MigrationException>(() => database.Migrator.ApplyAsync());
        fault.Message.ShouldContain("create role trackhub_writer; create role trackhub_console; grant trackhub_writer to landlord");
        (await database.ScalarAsync<bool>("select to_regclass('tenants') is null")).ShouldBeTrue();
        foreach (var remedy in new[] { "create role trackhub_writer", "create role trackhub_console", "grant trackhub_writer to landlord", "grant trackhub_writer to app" })
            await server.ExecuteAsync(remedy);

        // No superuser and no bypassrls from here on: what a managed server gives.
        await database.Migrator.ApplyAsync();
        var brand = await database.BrandAsync();
        await using var app = NpgsqlDataSource.Create(PostgresServer.As(owner, "app"));
        (await new MonthPartitions(app).MakeAsync()).Made.ShouldBe(0);
        await using var command = app.CreateCommand("select count(*) from brands where id = $1");
        command.Parameters.Add(new() { Value = brand.Id });
        (await command.ExecuteScalarAsync()).ShouldBe(1L);
    }

    private static async Task<TenantDatabase> FirstReleaseAsync()
    {
        var database = await TenantDatabase.EmptyAsync();
        await new Migrator(database.Postgres, database.Masters, TimeProvider.System) { Scripts = [.. MigrationScript.All.Take(FirstRelease)] }.ApplyScriptsAsync();
        await using (var connection = await database.Postgres.OpenConnectionAsync())
            await new EncryptionKeyRotation(connection, database.Masters).EnsureAsync(default);
        await database.DaySecrets.EnsureAsync();
        await database.ExecuteAsync(SampleRows.OfFirstRelease("tenant-a", "aaaaaaaaaaaa") + SampleRows.OfFirstRelease("tenant-b", "bbbbbbbbbbbb"));
        return database;
    }

    /// <summary>Each table as <c>name: its columns</c>.</summary>
    private static Task<IReadOnlyList<string>> TablesAsync(TenantDatabase database) => database.RowsAsync("""
        select relname || ': ' || string_agg(quote_ident(attname), ', ' order by attnum) from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
        where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace and relname not in ('schema_migrations', 'directory_version')
        group by relname order by 1
        """);

    /// <summary>Of each table its name, a digest of its rows without columns that came since, and their number.</summary>
    private static async Task<List<string>> ContentAsync(TenantDatabase database, IReadOnlyList<string> tables)
    {
        var content = new List<string>();
        foreach (var table in tables)
        {
            // A build with other defaults notes for each brand that its rules have a new version.
            var (name, columns) = (table[..table.IndexOf(':')], table[(table.IndexOf(':') + 1)..].Replace(" settings,", " settings - 'rules_version',", StringComparison.Ordinal));
            var rows = name == "audit_log" ? "audit_log where action <> 'brand.rules'" : name;
            content.AddRange(await database.RowsAsync($"select '{name} ' || coalesce(md5(string_agg(t::text, ',' order by t::text)), '') || ' ' || count(*) from (select {columns} from {rows}) t"));
        }

        return content;
    }

    private static Task<IReadOnlyList<string>> SchemaAsync(TenantDatabase database) => database.RowsAsync("""
        select 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
        from information_schema.columns where table_schema = 'public' and table_name !~ '_y\d{4}m\d\d$'
        union all select 'index ' || indexdef from pg_indexes where schemaname = 'public' and tablename !~ '_y\d{4}m\d\d$'
        union all select 'constraint ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace and conrelid::regclass::text !~ '_y\d{4}m\d\d$'
        union all select 'policy ' || tablename || ' ' || policyname || ' ' || coalesce(qual, '') from pg_policies where tablename !~ '_y\d{4}m\d\d$'
        union all select 'function ' || pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace
        order by 1
        """);
}
