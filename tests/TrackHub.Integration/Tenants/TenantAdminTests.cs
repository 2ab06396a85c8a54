using TrackHub.Platform.Tenants;

namespace TrackHub.Integration.Tenants;

public sealed class TenantAdminTests
{
    [Fact]
    public async Task What_is_added_is_listed_and_in_the_directory()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        var tenant = await database.Admin.AddTenantAsync("Conta");
        var brand = await database.Admin.AddBrandAsync(tenant.Id, "Loja", ConsentBasis.Required, "Europe/Lisbon", "EUR");
        var pixel = await database.Admin.AddPixelAsync(brand.Id, "123456789012345", "EAAB-secret-token");
        var connection = await database.Admin.AddConnectionAsync(brand.Id, "Kiwify", "gateway-secret-0001");
        var browser = await database.Admin.AddKeyAsync(brand.Id, allowedOrigins: ["https://Loja.example.com/"]);
        var server = await database.Admin.AddKeyAsync(brand.Id, isServer: true);
        await using var live = await database.FollowAsync();

        var found = live.Directory.Current.Brand(brand.Id).ShouldNotBeNull();
        (found.TenantId, found.TimeZone, found.Currency, found.ConsentBasis).ShouldBe((tenant.Id, "Europe/Lisbon", "EUR", ConsentBasis.Required));
        found.IndexKey.Length.ShouldBe(32);
        brand.Id.Length.ShouldBe(12);

        live.Directory.Current.ActivePixels(brand.Id).ShouldHaveSingleItem().Token.Reveal().ShouldBe("EAAB-secret-token");
        (await database.Admin.ListPixelsAsync(brand.Id)).ShouldHaveSingleItem().TokenEnd.ShouldBe("oken");

        var path = connection.Shown.Reveal();
        path.Length.ShouldBeGreaterThanOrEqualTo(32);
        live.Directory.Current.Connection("kiwify", path)!.Secrets.Select(static secret => secret.Reveal()).ShouldBe(["gateway-secret-0001"]);
        (await database.Admin.ListConnectionsAsync()).ShouldHaveSingleItem().WebhookPath.ShouldBe($"/api/v1/webhooks/kiwify/{path}");

        browser.Shown.Reveal().ShouldStartWith($"thw_{brand.Id}_");
        server.Shown.Reveal().ShouldStartWith($"ths_{brand.Id}_");
        var key = live.Directory.Current.FindWriteKey(browser.Shown.Reveal()).ShouldNotBeNull();
        (key.BrandId, key.IsServer).ShouldBe((brand.Id, false));
        key.AllowedOrigins.ShouldBe(["https://loja.example.com"]);
        live.Directory.Current.FindWriteKey(server.Shown.Reveal())!.IsServer.ShouldBeTrue();
        pixel.Settings["lane_shards"].ShouldBeEmpty();
    }

    [Fact]
    public async Task No_secret_stands_in_clear_in_any_table()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        var brand = await database.BrandAsync();
        await database.Admin.AddPixelAsync(brand.Id, "123456789012345", "CANARY-pixel-token");
        var connection = await database.Admin.AddConnectionAsync(brand.Id, "kiwify", "CANARY-gateway-secret");
        await database.Admin.RotateConnectionAsync(connection.Id, "CANARY-second-secret");
        var key = await database.Admin.AddKeyAsync(brand.Id);

        var everything = await database.ScalarAsync<string>(
            """
            select string_agg(row, E'\n') from (
                select t::text as row from tenants t union all select t::text from brands t union all select t::text from pixels t
                union all select t::text from gateway_connections t union all select t::text from write_keys t
                union all select t::text from audit_log t union all select t::text from day_secrets t) all_rows
            """);

        everything.ShouldNotContain("CANARY");
        everything.ShouldNotContain(connection.Shown.Reveal());
        everything.ShouldNotContain(key.Shown.Reveal());
    }

    [Fact]
    public async Task Settings_are_checked_stored_and_restored()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        var brand = await database.BrandAsync();
        var pixel = await database.Admin.AddPixelAsync(brand.Id, "123456789012345", "EAAB-secret-token");
        await database.Admin.SetBrandAsync(brand.Id, "window_days", "14");
        await database.Admin.SetBrandAsync(brand.Id, "stage-order", "email,click_id");
        await database.Admin.SetBrandAsync(brand.Id, "lane_shards", "4");
        await database.Admin.SetBrandAsync(brand.Id, "consent_basis", "");
        await database.Admin.SetPixelAsync(pixel.Id, "send_page_view", "true");
        await database.Admin.SetPixelAsync(pixel.Id, "test_event_code", "TEST123");
        await Should.ThrowAsync<AdminException>(() => database.Admin.SetBrandAsync(brand.Id, "window_days", "1000"));
        await using var live = await database.FollowAsync();

        var settings = live.Directory.Current.Brand(brand.Id)!.Settings;
        settings.WindowDays.ShouldBe(14);
        settings.StageOrder.ShouldBe([MatchKey.Email, MatchKey.ClickId]);
        live.Directory.Current.Brand(brand.Id)!.ConsentBasis.ShouldBeNull();
        var active = live.Directory.Current.ActivePixels(brand.Id).ShouldHaveSingleItem();
        (active.LaneShards, active.SendPageView, active.TestEventCode).ShouldBe((4, true, "TEST123"));

        await database.Admin.SetBrandAsync(brand.Id, "window_days", "");
        var row = (await database.Admin.ListBrandsAsync()).ShouldHaveSingleItem();
        (row.Settings["window_days"], row.Settings["stage_order"], row.ConsentBasis).ShouldBe(("7", "email,click_id", null));
    }

    [Fact]
    public async Task A_change_of_what_decides_makes_a_new_version_of_the_rules_and_nothing_else_does()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        var brand = await database.BrandAsync();

        await database.Admin.SetBrandAsync(brand.Id, "currency", "EUR");
        await database.Admin.SetBrandAsync(brand.Id, "window_days", "7");
        await database.Admin.SetBrandAsync(brand.Id, "window_days", "14");
        await database.Admin.SetBrandAsync(brand.Id, "stage_order", "email,click_id");
        await database.Admin.SetBrandAsync(brand.Id, "window_days", "14");

        var keys = BrandSettingKeys.Rules.Single(static key => key.Name == "stage_order").Default;
        var versions = await database.Admin.ListRulesAsync(brand.Id);
        versions.Select(static v => (v.Version, v.Rules["window_days"], v.Rules["stage_order"])).ShouldBe(
            [(1, "7", "click_id,session_id,email,phone,external_id"), (2, "14", "click_id,session_id,email,phone,external_id"), (3, "14", "email,click_id")]);
        await using var live = await database.FollowAsync();
        live.Directory.Current.Brand(brand.Id)!.Settings.RulesVersion.ShouldBe(3);
    }

    [Fact]
    public async Task A_build_with_other_defaults_makes_a_new_version_where_nothing_was_set()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        var brand = await database.BrandAsync();
        await database.ExecuteAsync("update match_rules set rules = jsonb_set(rules, '{window_days}', '3')");

        await database.Migrator.ApplyAsync();
        await database.Migrator.ApplyAsync();

        (await database.Admin.ListRulesAsync(brand.Id)).Select(static v => (v.Version, v.Rules["window_days"])).ShouldBe([(1, "3"), (2, "7")]);
    }

    [Fact]
    public async Task Removed_rows_are_gone_from_the_directory_and_stay_in_the_audit()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        var brand = await database.BrandAsync();
        var pixel = await database.Admin.AddPixelAsync(brand.Id, "123456789012345", "EAAB-secret-token");
        var key = await database.Admin.AddKeyAsync(brand.Id);
        await Should.ThrowAsync<AdminException>(() => database.Admin.RemoveTenantAsync(brand.TenantId));

        await database.Admin.RemoveKeyAsync(key.Id);
        await database.Admin.RemovePixelAsync(pixel.Id);
        await database.Admin.As("operator").RemoveBrandAsync(brand.Id);
        await database.Admin.RemoveTenantAsync(brand.TenantId);

        await using var live = await database.FollowAsync();
        live.Directory.Current.Brands.ShouldBeEmpty();
        live.Directory.Current.FindWriteKey(key.Shown.Reveal()).ShouldBeNull();
        (await database.ScalarAsync<string>("select string_agg(actor || ' ' || action, ', ' order by id) from audit_log")).ShouldBe(
            "cli tenant.add, cli brand.add, cli pixel.add, cli key.add, cli key.remove, cli pixel.remove, operator brand.remove, cli tenant.remove");
    }

    [Fact]
    public async Task Faults_name_what_is_wrong()
    {
        await using var database = await TenantDatabase.MigratedAsync();
        var brand = await database.BrandAsync();
        var admin = database.Admin;
        await admin.AddPixelAsync(brand.Id, "123456789012345", "EAAB-secret-token");

        (await Should.ThrowAsync<AdminException>(() => admin.AddPixelAsync("zzzzzzzzzzzz", "123456789012345", "EAAB-secret-token"))).Message.ShouldContain("zzzzzzzzzzzz");
        (await Should.ThrowAsync<AdminException>(() => admin.AddPixelAsync(brand.Id, "12x", "EAAB-secret-token"))).Message.ShouldContain("5 to 20 digits");
        (await Should.ThrowAsync<AdminException>(() => admin.AddPixelAsync(brand.Id, "123456789012345", "EAAB-secret-token"))).Message.ShouldContain("already");
        (await Should.ThrowAsync<AdminException>(() => admin.AddConnectionAsync(brand.Id, "kiwify", "fifteen-letters"))).Message.ShouldContain("15 characters");
        (await Should.ThrowAsync<AdminException>(() => admin.AddKeyAsync(brand.Id, allowedOrigins: ["loja"]))).Message.ShouldContain("https://");
        (await Should.ThrowAsync<AdminException>(() => admin.RemovePixelAsync("px_none"))).Message.ShouldContain("trackhub pixels list");
        (await database.ScalarAsync<long>("select count(*) from pixels")).ShouldBe(1);
    }
}
