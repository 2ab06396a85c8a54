using System.Net;
using TrackHub.Platform.Tenants;

namespace TrackHub.ConsoleTests.Performance;

[Collection(PerformanceGroup.Name)]
public sealed class ValidateEndpointTests(PerformanceWorld world)
{
    private const string Address = "/api/performance/integrations/validate";

    [Theory]
    [InlineData("meta_ads", "1234567890", AskedPlatform.RightKey, true, "meta_ads takes the key.")]
    [InlineData("google_ads", "123-456-7890", AskedPlatform.RightKey, true, "google_ads takes the key.")]
    [InlineData("google_ads", "1234567890", "EAAB-canary-wrong-key", false, "google_ads does not know the key. Issue another.")]
    [InlineData("meta_ads", "act_1", AskedPlatform.SilentKey, false, "meta_ads did not answer within 0.3 s. Try again later.")]
    public async Task The_platform_says_whether_it_takes_the_key(string platform, string accountId, string apiKey, bool success, string message)
    {
        var brandId = await world.BrandAsync();

        var answer = await world.AskAsync(HttpMethod.Post, Address, new { brandId, platform, apiKey, accountId });

        answer.Status.ShouldBe(HttpStatusCode.OK);
        answer.Body.GetRawText().ShouldBe($$"""{"success":{{(success ? "true" : "false")}},"message":"{{message}}"}""");
        (await world.Host.ScalarAsync<long>($"select count(*) from brand_integrations where brand_id = '{brandId}'")).ShouldBe(0);
    }

    [Theory]
    [InlineData("tiktok_ads", "1", "k", "platform is 'tiktok_ads': give one of meta_ads, google_ads")]
    [InlineData("meta_ads", "", "k", "accountId is missing")]
    [InlineData("meta_ads", "act_1", null, "apiKey is missing")]
    public async Task What_cannot_be_asked_is_named(string platform, string accountId, string? apiKey, string told)
    {
        var answer = await world.AskAsync(HttpMethod.Post, Address, new { brandId = await world.BrandAsync(), platform, apiKey, accountId });

        (answer.Status, answer.Code).ShouldBe((HttpStatusCode.BadRequest, "malformed_request"));
        answer.Detail.ShouldContain(told);
    }

    [Fact]
    public async Task Nobody_elses_brand_is_asked_about()
    {
        var body = new { brandId = await world.BrandAsync(), platform = "meta_ads", apiKey = AskedPlatform.RightKey, accountId = "act_777" };

        (await world.AskAsync(HttpMethod.Post, Address, body, key: world.Stranger)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await world.AskAsync(HttpMethod.Post, Address, body, AccessRole.Operator)).Status.ShouldBe(HttpStatusCode.Forbidden);

        world.Meta.Asked.ShouldNotContain("act_777");
    }
}
