using System.Net;
using System.Text.Json.Nodes;
using TrackHub.Platform.Tenants;

namespace TrackHub.ConsoleTests.Performance;

[Collection(PerformanceGroup.Name)]
public sealed class ConfigEndpointTests(PerformanceWorld world)
{
    private const string Address = "/api/performance/config";
    private static readonly object Sentry = new { enabled = true, sensitivity = "high", notificationChannels = (string[])["slack", "dashboard", "slack"] };

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task A_brand_nobody_configured_has_the_defaults()
    {
        var brand = await world.BrandAsync();

        var answer = await GetAsync(brand);

        answer.Status.ShouldBe(HttpStatusCode.OK);
        answer.Body.GetProperty("integrations").GetRawText().ShouldBe("{}");
        answer.Body.GetProperty("sentrySettings").GetRawText().ShouldBe("""{"enabled":true,"sensitivity":"medium","notificationChannels":["dashboard"]}""");
        answer.Body.GetProperty("updatedAt").GetDateTimeOffset().ShouldBeInRange(Now.AddHours(-1), Now.AddHours(1));
    }

    [Fact]
    public async Task A_key_is_asked_of_its_platform_and_kept_sealed_and_never_shown()
    {
        var brand = await world.BrandAsync();

        var put = await PutAsync(brand, new { meta_ads = new { accountId = "1234567890", apiKey = AskedPlatform.RightKey } });
        var got = await GetAsync(brand);

        put.Status.ShouldBe(HttpStatusCode.OK, put.Body.ToString());
        got.Body.GetRawText().ShouldBe(put.Body.GetRawText());
        var meta = got.Body.GetProperty("integrations").GetProperty("meta_ads");
        (meta.GetProperty("encryptedApiKey").GetString(), meta.GetProperty("accountId").GetString(), meta.GetProperty("status").GetString()).ShouldBe(("***", "act_1234567890", "active"));
        meta.GetProperty("lastValidated").GetDateTimeOffset().ShouldBeGreaterThan(Now.AddHours(-1));
        got.Body.GetProperty("sentrySettings").GetRawText().ShouldBe("""{"enabled":true,"sensitivity":"high","notificationChannels":["dashboard","slack"]}""");
        got.Body.GetRawText().ShouldNotContain("canary");
        world.Meta.Asked.ShouldContain("act_1234567890");
        (await SealedAsync(brand)).ShouldMatch("^kek-[0-9]+:[A-Za-z0-9+/=]{40,}$");
        (await world.AuditAsync(brand)).ShouldContain("""key performance.config {"enabled": true, "channels": ["dashboard", "slack"], "sensitivity": "high"}""");
        (await world.AuditAsync(brand)).ShouldContain("""key integration.save {"account": "act_1234567890", "platform": "meta_ads"}""");
    }

    [Fact]
    public async Task What_was_got_can_be_sent_back_and_changes_nothing()
    {
        var brand = await world.BrandAsync();
        await PutAsync(brand, new { meta_ads = new { accountId = "act_1", apiKey = AskedPlatform.RightKey }, google_ads = new { accountId = "123-456-7890", apiKey = AskedPlatform.RightKey } });
        var (got, kept, noted) = (await GetAsync(brand), await SealedAsync(brand), await world.AuditAsync(brand));

        var put = await world.AskAsync(HttpMethod.Put, Address, got.Body.GetRawText());

        put.Status.ShouldBe(HttpStatusCode.OK, put.Body.ToString());
        put.Body.GetRawText().ShouldBe(got.Body.GetRawText());
        (await SealedAsync(brand)).ShouldBe(kept);
        (await world.AuditAsync(brand)).ShouldBe(noted);
    }

    [Fact]
    public async Task An_account_that_is_left_out_is_disconnected_and_its_key_forgotten()
    {
        var brand = await world.BrandAsync();
        await PutAsync(brand, new { meta_ads = new { accountId = "act_1", apiKey = AskedPlatform.RightKey } });

        var put = await PutAsync(brand, new { });

        var meta = put.Body.GetProperty("integrations").GetProperty("meta_ads");
        (meta.GetProperty("status").GetString(), meta.GetProperty("encryptedApiKey").GetString()).ShouldBe(("disconnected", ""));
        (await world.Host.ScalarAsync<bool>($"select key_sealed is null from brand_integrations where brand_id = '{brand}'")).ShouldBeTrue();
        (await world.AskAsync(HttpMethod.Put, Address, (await GetAsync(brand)).Body.GetRawText())).Body.GetRawText().ShouldBe(put.Body.GetRawText());
    }

    [Fact]
    public async Task A_key_its_platform_refuses_changes_nothing_at_all()
    {
        var brand = await world.BrandAsync();
        var before = await GetAsync(brand);

        var put = await PutAsync(brand, new { meta_ads = new { accountId = "act_1", apiKey = AskedPlatform.RightKey }, google_ads = new { accountId = "1234567890", apiKey = "canary-wrong-key" } });

        (put.Status, put.Code).ShouldBe((HttpStatusCode.UnprocessableEntity, "key_refused"));
        put.Detail.ShouldContain("google_ads does not know the key");
        put.Body.GetRawText().ShouldNotContain("canary");
        (await GetAsync(brand)).Body.GetRawText().ShouldBe(before.Body.GetRawText());
    }

    [Theory]
    [InlineData("""{"integrations":{"meta_ads":{"accountId":"act_2"}}}""", "send apiKey with a new accountId")]
    [InlineData("""{"integrations":{"meta_ads":{"accountId":"act_1","encryptedApiKey":"EAAB-canary-misplaced"}}}""", "encryptedApiKey takes no key")]
    [InlineData("""{"integrations":{"meta_ads":{"accountId":"me","apiKey":"k"}}}""", "accountId is 'me'")]
    [InlineData("""{"integrations":{"google_ads":{"accountId":"12","apiKey":"k"}}}""", "123-456-7890")]
    [InlineData("""{"integrations":{"meta_ads":{"accountId":"act_1","apiKey":""}}}""", "apiKey is missing")]
    [InlineData("""{"integrations":{"meta_ads":{"accountId":"act_1","apiKey":"a\nb"}}}""", "no space")]
    [InlineData("""{"integrations":null}""", "integrations is missing")]
    [InlineData("""{"sentrySettings":null}""", "sentrySettings is missing")]
    [InlineData("""{"sentrySettings":{"sensitivity":"low","notificationChannels":[]}}""", "enabled is missing")]
    [InlineData("""{"sentrySettings":{"enabled":true,"sensitivity":"15","notificationChannels":[]}}""", "low, medium, high")]
    [InlineData("""{"sentrySettings":{"enabled":true,"sensitivity":"low","notificationChannels":["pager"]}}""", "dashboard, email, slack")]
    [InlineData("""{"sentrySettings":{"enabled":true,"sensitivity":"low","notificationChannels":[null]}}""", "notificationChannels is missing")]
    [InlineData("""{"integrations":{"tiktok_ads":{}}}""", "/openapi/v1.json")]
    public async Task A_member_that_is_none_is_named_with_the_remedy(string change, string told)
    {
        var brand = await world.BrandAsync();
        var whole = JsonNode.Parse($$$"""{"brandId":"{{{brand}}}","integrations":{},"sentrySettings":{"enabled":true,"sensitivity":"low","notificationChannels":[]}}""")!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(change)!.AsObject())
            whole[name] = value?.DeepClone();

        var answer = await world.AskAsync(HttpMethod.Put, Address, whole.ToJsonString());

        (answer.Status, answer.Code).ShouldBe((HttpStatusCode.BadRequest, "malformed_request"));
        answer.Detail.ShouldContain(told);
        answer.Detail.ShouldNotContain("canary");
    }

    [Fact]
    public async Task Keys_stay_readable_and_settable_while_the_encryption_key_is_replaced()
    {
        var brand = await world.BrandAsync();
        await PutAsync(brand, new { meta_ads = new { accountId = "act_1", apiKey = AskedPlatform.RightKey } });
        var before = await SealedAsync(brand);
        var rotations = RotateAsync();

        var answers = new List<Answer>();
        while (!rotations.IsCompleted || answers.Count < 4)
            answers.Add(await PutAsync(brand, new { google_ads = new { accountId = "1234567890", apiKey = AskedPlatform.RightKey }, meta_ads = new { accountId = "act_1" } }));
        await rotations;

        answers.ShouldAllBe(static answer => answer.Status == HttpStatusCode.OK);
        (await SealedAsync(brand)).Split(':')[0].ShouldNotBe(before.Split(':')[0]);

        async Task RotateAsync()
        {
            for (var n = 0; n < 3; n++)
                await world.Host.Admin.RotateEncryptionKeyAsync();
        }
    }

    [Fact]
    public async Task Only_admins_of_its_own_tenant_see_and_set_it()
    {
        var brand = await world.BrandAsync();
        foreach (var role in (AccessRole[])[AccessRole.Viewer, AccessRole.Operator])
        {
            (await world.GetAsync($"{Address}?brandId={brand}", role)).Status.ShouldBe(HttpStatusCode.Forbidden);
            (await world.AskAsync(HttpMethod.Put, Address, new { brandId = brand, integrations = new { }, sentrySettings = Sentry }, role)).Status.ShouldBe(HttpStatusCode.Forbidden);
        }

        (await world.GetAsync($"{Address}?brandId={brand}", key: world.Stranger)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await world.AskAsync(HttpMethod.Put, Address, new { brandId = brand, integrations = new { }, sentrySettings = Sentry }, key: world.Stranger)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await world.Host.ScalarAsync<long>($"select count(*) from performance_configs where brand_id = '{brand}'")).ShouldBe(0);
    }

    private Task<Answer> GetAsync(string brand) => world.GetAsync($"{Address}?brandId={brand}", AccessRole.Admin);

    private Task<Answer> PutAsync(string brandId, object integrations) => world.AskAsync(HttpMethod.Put, Address, new { brandId, integrations, sentrySettings = Sentry });

    private Task<string> SealedAsync(string brand) =>
        world.Host.ScalarAsync<string>($"select string_agg(key_sealed, ' ' order by platform desc) from brand_integrations where brand_id = '{brand}'");
}
