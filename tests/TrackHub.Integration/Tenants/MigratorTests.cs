using Npgsql;
using TrackHub.Platform.Tenants;

namespace TrackHub.Integration.Tenants;

public sealed class MigratorTests
{
    [Fact]
    public async Task Empty_database_gets_every_migration_once()
    {
        await using var database = await TenantDatabase.EmptyAsync();

        var first = await database.Migrator.ApplyAsync();
        var second = await database.Migrator.ApplyAsync();

        first.Select(static migration => migration.Number).ShouldBeInOrder(SortDirection.Ascending);
        first.Count.ShouldBeGreaterThanOrEqualTo(4);
        second.ShouldBeEmpty();
        (await database.Migrator.ListAsync()).ShouldAllBe(static migration => migration.AppliedAt != null);
        (await database.ScalarAsync<long>("select count(*) from day_secrets")).ShouldBe(5);
        (await database.ScalarAsync<long>("select count(*) from encryption_keys")).ShouldBe(1);
        (await database.ScalarAsync<long>("select count(*) from pg_inherits where inhparent = 'events'::regclass")).ShouldBeGreaterThan(4);
    }

    [Fact]
    public async Task Several_processes_migrate_at_once_and_each_succeeds()
    {
        await using var database = await TenantDatabase.EmptyAsync();

        var applied = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => database.Migrator.ApplyAsync())));

        applied.Count(static list => list.Count > 0).ShouldBe(1);
        (await database.ScalarAsync<long>("select count(*) from encryption_keys")).ShouldBe(1);
    }

    [Fact]
    public async Task Changed_migration_is_refused()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        await database.ExecuteAsync("update schema_migrations set checksum = 'other' where number = 1");

        (await Should.ThrowAsync<MigrationException>(() => database.Migrator.ApplyAsync())).Message.ShouldContain("0001_directory.sql");
    }

    [Fact]
    public async Task Database_newer_than_the_build_is_refused()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        await database.ExecuteAsync("insert into schema_migrations (number, name, checksum) values (9999, '9999_future.sql', 'x')");

        (await Should.ThrowAsync<MigrationException>(() => database.Migrator.ApplyAsync())).Message.ShouldContain("9999");
    }

    [Fact]
    public async Task Failed_migration_leaves_nothing_behind()
    {
        await using var database = await TenantDatabase.EmptyAsync();
        await database.ExecuteAsync("create table orders (id int)");

        await Should.ThrowAsync<PostgresException>(() => database.Migrator.ApplyAsync());

        (await database.ScalarAsync<bool>("select to_regclass('tenants') is null and to_regclass('schema_migrations') is null")).ShouldBeTrue();
    }

    [Fact]
    public async Task Wrong_master_key_stops_the_migration()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        await using var other = database.Under(TenantDatabase.NewMasters());

        await Should.ThrowAsync<WrongMasterKeyException>(() => other.Migrator.ApplyAsync());
    }
}
