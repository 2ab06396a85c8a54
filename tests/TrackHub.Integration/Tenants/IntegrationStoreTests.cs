using TrackHub.Platform.AdPlatforms;

namespace TrackHub.Integration.Tenants;

public sealed class IntegrationStoreTests
{
    private const string Token = "EAAB-canary-key-of-an-ad-account";
    private static readonly AdAccount Account = new("America/Sao_Paulo", "BRL");

    [Fact]
    public async Task A_key_goes_in_sealed_and_does_not_come_out()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        var brand = await database.BrandAsync();
        var store = Store(database);

        (await store.SaveAsync(brand.TenantId, brand.Id, AdPlatformNames.Meta, "act_1", new(Token), Account, "ana", default)).ShouldBeTrue();
        (await store.SaveAsync(brand.TenantId, brand.Id, AdPlatformNames.Google, "1234567890", new(Token), null, "ana", default)).ShouldBeTrue();

        var listed = await store.ListAsync(brand.TenantId, brand.Id, default);
        listed.Select(static i => (i.Platform, i.AccountId, i.Status, i.Account)).ShouldBe(
        [
            (AdPlatformNames.Google, "1234567890", IntegrationStatus.Active, null), (AdPlatformNames.Meta, "act_1", IntegrationStatus.Active, Account),
        ]);
        listed[0].LastValidated.ShouldBeNull("nobody asked the platform");
        listed[1].LastValidated.ShouldNotBeNull();
        var rows = await database.RowsAsync("select row_to_json(i)::text from brand_integrations i union all select row_to_json(a)::text from audit_log a");
        rows.ShouldNotContain(static row => row.Contains(Token, StringComparison.Ordinal));
        rows.ShouldContain(static row => row.Contains("integration.save", StringComparison.Ordinal) && row.Contains("ana", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_tenant_neither_sees_nor_changes_nor_gives_up_an_account()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        var (mine, other) = (await database.BrandAsync(), await database.BrandAsync());
        var store = Store(database);
        await store.SaveAsync(mine.TenantId, mine.Id, AdPlatformNames.Meta, "act_1", new(Token), Account, "ana", default);

        (await store.SaveAsync(other.TenantId, mine.Id, AdPlatformNames.Meta, "act_2", new("stolen"), Account, "eva", default)).ShouldBeFalse();
        (await store.DisconnectAsync(other.TenantId, mine.Id, AdPlatformNames.Meta, "eva", default)).ShouldBeFalse();

        (await store.ListAsync(other.TenantId, mine.Id, default)).ShouldBeEmpty();
        (await store.ListAsync(mine.TenantId, mine.Id, default)).ShouldHaveSingleItem().AccountId.ShouldBe("act_1");
        (await database.ScalarAsync<long>("select count(*) from audit_log where actor = 'eva'")).ShouldBe(0);
    }

    [Fact]
    public async Task An_account_given_up_forgets_its_key_and_a_new_key_takes_it_up_again()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        var brand = await database.BrandAsync();
        var store = Store(database);
        await store.SaveAsync(brand.TenantId, brand.Id, AdPlatformNames.Meta, "act_1", new(Token), Account, "ana", default);

        (await store.DisconnectAsync(brand.TenantId, brand.Id, AdPlatformNames.Meta, "ana", default)).ShouldBeTrue();
        (await store.DisconnectAsync(brand.TenantId, brand.Id, AdPlatformNames.Meta, "ana", default)).ShouldBeFalse();

        (await store.ListAsync(brand.TenantId, brand.Id, default)).ShouldHaveSingleItem().Status.ShouldBe(IntegrationStatus.Disconnected);
        (await database.ScalarAsync<bool>("select key_sealed is null from brand_integrations")).ShouldBeTrue();
        (await store.SaveAsync(brand.TenantId, brand.Id, AdPlatformNames.Meta, "act_1", new(Token), Account, "ana", default)).ShouldBeTrue();
        (await store.ListAsync(brand.TenantId, brand.Id, default)).ShouldHaveSingleItem().Status.ShouldBe(IntegrationStatus.Active);
    }

    [Fact]
    public async Task A_fault_in_what_is_saved_is_told_without_the_key()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        var store = Store(database);

        foreach (var (platform, account, key) in new[] { ("tiktok_ads", "1", Token), (AdPlatformNames.Meta, "", Token), (AdPlatformNames.Meta, "act_1/../me", Token), (AdPlatformNames.Meta, "act_1", Token + "\n"), (AdPlatformNames.Meta, "act_1", Token + new string('x', 4_096)) })
        {
            var fault = await Should.ThrowAsync<ArgumentException>(() => store.SaveAsync("t", "b", platform, account, new(key), null, "ana", default));
            fault.ToString().ShouldNotContain(Token);
        }
    }

    private static IntegrationStore Store(TenantDatabase database) => new(database.Postgres, database.Masters);
}
