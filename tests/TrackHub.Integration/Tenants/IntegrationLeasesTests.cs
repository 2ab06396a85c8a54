using TrackHub.Platform.AdPlatforms;
using TrackHub.Testing;

namespace TrackHub.Integration.Tenants;

public sealed class IntegrationLeasesTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(6);
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly AdAccount Account = new("America/Sao_Paulo", "BRL");

    [Fact]
    public async Task Of_several_that_pull_each_account_is_taken_by_one()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        for (var i = 0; i < 3; i++)
            await SavedAsync(database);
        var leases = Leases(database);

        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => leases.TakeAsync(Lease, Day, default)));

        taken.OfType<LeasedIntegration>().Select(static t => t.BrandId).Distinct().Count().ShouldBe(3);
        taken.Count(static t => t is not null).ShouldBe(3);
        taken.OfType<LeasedIntegration>().ShouldAllBe(static t => t.Key!.Reveal() == "EAAB-key" && t.IsWide);
    }

    [Fact]
    public async Task A_dead_one_s_account_is_free_when_its_lease_ends_and_its_late_result_does_not_count()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        await SavedAsync(database);
        var leases = Leases(database);
        var shortLease = TimeSpan.FromSeconds(1);
        var dead = (await leases.TakeAsync(shortLease, Day, default))!;

        var next = default(LeasedIntegration);
        await Eventually.Holds(async () => (next = await leases.TakeAsync(Lease, Day, default)) is not null);

        next!.TakenAt.ShouldBeGreaterThanOrEqualTo(dead.TakenAt + shortLease);
        (await leases.RefuseAsync(dead, "late", Soon, default)).ShouldBeFalse();
        (await leases.SucceedAsync(next, Account, Soon, default)).ShouldBeTrue();
        (await database.ScalarAsync<string>("select concat_ws(' ', status, time_zone, currency, failures, pulled_at = repulled_at, lease_until is null, due_at > now()) from brand_integrations"))
            .ShouldBe("active America/Sao_Paulo BRL 0 t t t");
    }

    [Fact]
    public async Task A_key_saved_while_the_former_one_is_pulled_with_is_not_marked_by_its_result()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        var save = await SavedAsync(database);
        var leases = Leases(database);
        var taken = (await leases.TakeAsync(Lease, Day, default))!;

        await save();

        (await leases.RefuseAsync(taken, "no such key", Soon, default)).ShouldBeFalse();
        (await database.ScalarAsync<string>("select status from brand_integrations")).ShouldBe("active");
        (await leases.TakeAsync(Lease, Day, default)).ShouldNotBeNull("the new key is tried at once");
    }

    [Fact]
    public async Task After_a_wide_pull_narrow_ones_follow_until_it_is_old_and_a_postponed_one_waits()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        await SavedAsync(database);
        var leases = Leases(database);
        await leases.SucceedAsync((await leases.TakeAsync(Lease, Day, default))!, Account, TimeSpan.Zero, default);

        var narrow = (await leases.TakeAsync(Lease, Day, default))!;
        narrow.IsWide.ShouldBeFalse();
        (await leases.PostponeAsync(narrow, Soon, default)).ShouldBeTrue();
        (await leases.TakeAsync(Lease, Day, default)).ShouldBeNull();

        await database.ExecuteAsync("update brand_integrations set due_at = now(), repulled_at = now() - interval '2 days'");
        var wide = (await leases.TakeAsync(Lease, Day, default))!;
        (wide.IsWide, wide.Failures).ShouldBe((true, 1));
    }

    [Fact]
    public async Task An_account_given_up_is_not_taken_and_a_row_copied_from_another_brand_does_not_open()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        await SavedAsync(database);
        await SavedAsync(database);
        await database.ExecuteAsync(
            """
            update brand_integrations set key_sealed = (select key_sealed from brand_integrations order by brand_id limit 1);
            update brand_integrations set status = 'disconnected', key_sealed = null where brand_id = (select min(brand_id) from brand_integrations)
            """);
        var leases = Leases(database);

        (await leases.TakeAsync(Lease, Day, default)).ShouldNotBeNull().Key.ShouldBeNull();
        (await leases.TakeAsync(Lease, Day, default)).ShouldBeNull();
    }

    /// <summary>A new brand's account; gives back how to save it again.</summary>
    private static async Task<Func<Task>> SavedAsync(TenantDatabase database)
    {
        var brand = await database.BrandAsync();
        var store = new IntegrationStore(database.Postgres, database.Masters);
        Task Save() => store.SaveAsync(brand.TenantId, brand.Id, AdPlatformNames.Meta, "act_1", new("EAAB-key"), null, "ana", default);
        await Save();
        return Save;
    }

    private static IntegrationLeases Leases(TenantDatabase database) => new(database.Postgres, database.Masters);
}
