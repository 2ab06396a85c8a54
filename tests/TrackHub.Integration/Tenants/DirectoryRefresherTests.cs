using TrackHub.Platform.Identity;
using TrackHub.Platform.Tenants;
using TrackHub.Testing;

namespace TrackHub.Integration.Tenants;

public sealed class DirectoryRefresherTests
{
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Change_is_seen_at_once()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        var brand = await database.BrandAsync();
        await using var live = await database.FollowAsync();
        live.Readiness.IsReady.ShouldBeTrue();

        // The first change may fall before LISTEN; the following ones are told by it.
        await Eventually.Holds(() => live.Directory.Current.Brand(brand.Id) is not null, Promise);
        var times = new List<TimeSpan>();
        for (var i = 0; i < 5; i++)
        {
            var key = await database.Admin.AddKeyAsync(brand.Id);
            var written = TimeProvider.System.GetTimestamp();
            await Eventually.Holds(() => live.Directory.Current.FindWriteKey(key.Shown.Reveal()) is not null, Promise);
            times.Add(TimeProvider.System.GetElapsedTime(written));
        }

        times.Order().ElementAt(2).ShouldBeLessThan(TimeSpan.FromSeconds(3), "by polling alone each would take the 5 s since the one before was seen");
    }

    [Fact]
    public async Task Former_secret_ends_with_its_overlap_and_without_a_restart()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        var brand = await database.BrandAsync();
        var connection = await database.Admin.AddConnectionAsync(brand.Id, "kiwify", "first-secret-0001");
        await using var live = await database.FollowAsync();

        await database.Admin.RotateConnectionAsync(connection.Id, "second-secret-0002", TimeSpan.FromSeconds(2));

        await Eventually.Holds(() => Secrets().SequenceEqual(["second-secret-0002", "first-secret-0001"]), Promise);
        await Eventually.Holds(() => Secrets().SequenceEqual(["second-secret-0002"]), TimeSpan.FromSeconds(2) + Promise);
        (await database.Admin.ListConnectionsAsync()).ShouldHaveSingleItem().OverlapEnds.ShouldBeNull();

        IEnumerable<string> Secrets() =>
            live.Directory.Current.Connection("kiwify", connection.Shown.Reveal())!.Secrets.Select(static secret => secret.Reveal());
    }

    [Fact]
    public async Task Last_directory_stays_while_PostgreSQL_is_away_and_is_renewed_when_it_is_back()
    {
        using var server = await PostgresServer.StartAsync(durable: true);
        await using var database = await TenantDatabase.MigratedAsync(server);
        var brand = await database.BrandAsync();
        await using var live = await database.FollowAsync();

        await server.KillAsync();
        await Eventually.Holds(() => live.Directory.SnapshotAge > TimeSpan.FromSeconds(2));
        live.Directory.Current.Brand(brand.Id).ShouldNotBeNull();
        live.Readiness.IsReady.ShouldBeTrue();
        new Sealer(live.Keys).Seal(brand.TenantId, SealPurpose.Spool, "x"u8, KeyRef.Day(TimeProvider.System.GetUtcNow())).Box.ShouldNotBeEmpty();

        await server.StartAgainAsync();
        await Eventually.Holds(async () => await database.Admin.AddKeyAsync(brand.Id), TimeSpan.FromSeconds(20));
        await Eventually.Holds(() => live.Directory.SnapshotAge < TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20));
        (await database.Admin.ListKeysAsync()).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Start_without_PostgreSQL_waits_and_says_so()
    {
        await using var database = await TenantDatabase.EmptyAsync();
        await using var live = await database.FollowAsync();

        live.Directory.IsLoaded.ShouldBeFalse();
        live.Readiness.States["directory"].Reason!.ShouldContain("trackhub migrate");

        await database.Migrator.ApplyAsync();
        await Eventually.Holds(() => live.Readiness.IsReady);
    }

    [Fact]
    public async Task Start_with_a_wrong_master_key_fails()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        await using var other = database.Under(TenantDatabase.NewMasters());

        await Should.ThrowAsync<WrongMasterKeyException>(() => other.FollowAsync());
    }

    [Fact]
    public async Task Row_copied_from_another_tenant_does_not_open_and_harms_nobody_else()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        var (one, two) = (await database.BrandAsync(), await database.BrandAsync());
        var good = await database.Admin.AddPixelAsync(one.Id, "123456789012345", "EAAB-secret-token");
        var copied = await database.Admin.AddPixelAsync(two.Id, "543210987654321", "EAAB-other-token");
        await database.ExecuteAsync($"update pixels set token_sealed = (select token_sealed from pixels where id = '{good.Id}') where id = '{copied.Id}'");

        await using var live = await database.FollowAsync();

        live.Directory.Current.Pixel(good.Id).ShouldNotBeNull();
        live.Directory.Current.Pixel(copied.Id).ShouldBeNull();
        live.Directory.Current.Brand(two.Id).ShouldNotBeNull();
    }
}
