using TrackHub.Platform.AdPlatforms;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Tenants;
using TrackHub.Testing;

namespace TrackHub.Integration.Tenants;

public sealed class KeyLifeTests
{
    [Fact]
    public async Task Deleted_day_is_shredded_in_a_running_process()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        var brand = await database.BrandAsync();
        await using var live = await database.FollowAsync();
        var sealer = new Sealer(live.Keys);
        var now = TimeProvider.System.GetUtcNow();
        var (old, fresh) = (Seal(now - TimeSpan.FromDays(1)), Seal(now));

        await database.ExecuteAsync($"delete from day_secrets where day = '{KeyRef.Day(now.AddDays(-1)).Id[4..]}'");

        await Eventually.Holds(
            () =>
            {
                Should.Throw<KeyGoneException>(() => sealer.Open(brand.TenantId, SealPurpose.UserData, old));
                return Task.CompletedTask;
            },
            TimeSpan.FromSeconds(5));
        sealer.Open(brand.TenantId, SealPurpose.UserData, fresh).ShouldBe("x"u8.ToArray());

        TrackHub.Schemas.SealedBox Seal(DateTimeOffset at) => sealer.Seal(brand.TenantId, SealPurpose.UserData, "x"u8, KeyRef.Day(at));
    }

    [Fact]
    public async Task Day_9_is_purged_and_day_8_is_not()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        await database.ExecuteAsync(
            "insert into day_secrets (day, sealed) select (now() at time zone 'utc')::date - n, 'x' from generate_series(7, 12) n");

        (await database.DaySecrets.PurgeAsync()).ShouldBe(4);

        (await database.ScalarAsync<long>("select count(*) from day_secrets where day < (now() at time zone 'utc')::date - 8")).ShouldBe(0);
        (await database.ScalarAsync<long>("select count(*) from day_secrets")).ShouldBe(7);
        (await database.DaySecrets.PurgeAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Clock_that_runs_ahead_shreds_nothing()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        var ahead = new DaySecrets(database.Postgres, database.Masters, new ManualClock(TimeProvider.System.GetUtcNow().AddDays(30)));

        (await ahead.PurgeAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Days_are_made_once_however_many_make_them()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        var before = await database.ScalarAsync<string>("select string_agg(sealed, ',' order by day) from day_secrets");

        var made = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => database.DaySecrets.EnsureAsync(10)));

        made.Sum().ShouldBe(7);
        (await database.ScalarAsync<string>("select string_agg(sealed, ',' order by day) from day_secrets")).ShouldStartWith(before);
    }

    [Fact]
    public async Task Encryption_key_rotates_under_a_running_process()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        var brand = await database.BrandAsync();
        await database.Admin.AddPixelAsync(brand.Id, "123456789012345", "EAAB-secret-token");
        var connection = await database.Admin.AddConnectionAsync(brand.Id, "kiwify", "first-secret-0001");
        await database.Admin.RotateConnectionAsync(connection.Id, "second-secret-0002");
        await new IntegrationStore(database.Postgres, database.Masters).SaveAsync(brand.TenantId, brand.Id, AdPlatformNames.Meta, "act_1", new("EAAB-account-key"), null, "cli", default);
        await using var live = await database.FollowAsync();
        var box = new Sealer(live.Keys).Seal(brand.TenantId, SealPurpose.Window, "x"u8, KeyRef.Window);
        var former = live.Directory.Current;

        var (keyId, resealed) = await database.Admin.RotateEncryptionKeyAsync();

        (keyId, resealed).ShouldBe(("kek-2", 1 + 1 + 1 + 3 + 5 + 1));
        await Eventually.Holds(() => live.Directory.Current != former, TimeSpan.FromSeconds(5));
        live.Directory.Current.ActivePixels(brand.Id).ShouldHaveSingleItem().Token.Reveal().ShouldBe("EAAB-secret-token");
        live.Directory.Current.Connection("kiwify", connection.Shown.Reveal())!.Secrets.Count.ShouldBe(2);
        new Sealer(live.Keys).Open(brand.TenantId, SealPurpose.Window, box).ShouldBe("x"u8.ToArray());
        (await new IntegrationLeases(database.Postgres, database.Masters).TakeAsync(TimeSpan.FromMinutes(1), TimeSpan.FromDays(1), default))!.Key!.Reveal().ShouldBe("EAAB-account-key");
        (await database.ScalarAsync<bool>(
            "select every(t like 'kek-2:%') from (select token_sealed t from pixels union all select sealed from day_secrets union all select key_sealed from brand_integrations) s")).ShouldBeTrue();
    }

    [Fact]
    public async Task Master_key_is_replaced_by_starting_with_both_and_migrating()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        var brand = await database.BrandAsync();
        var next = MasterKey.Parse(MasterKey.NewText());
        await using var both = database.Under(new MasterKeys(next, database.Masters.Current));
        await using (var during = await both.FollowAsync())
            during.Directory.Current.Brand(brand.Id).ShouldNotBeNull();

        await both.Migrator.ApplyAsync();

        await using var after = database.Under(new MasterKeys(next));
        await using var live = await after.FollowAsync();
        live.Directory.Current.Brand(brand.Id).ShouldNotBeNull();
        await Should.ThrowAsync<WrongMasterKeyException>(() => database.FollowAsync());
    }
}
