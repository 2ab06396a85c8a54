using System.Text;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Integration.Dispatch;
using TrackHub.MetaSim;
using TrackHub.Platform.Tenants;
using TrackHub.Testing;

namespace TrackHub.Integration.Pages;

/// <summary>A key is checked by asking its platform: the console over HTTP, the platforms' simulator behind it over HTTP.</summary>
[Collection(nameof(FastWorld))]
public sealed class ValidateRouteTests(FastWorld world) : IAsyncLifetime
{
    private const string Route = "/api/performance/integrations/validate";
    private MetaSimHost _sim = null!;
    private HttpClient _control = null!;
    private ConsoleApp _console = null!;
    private TestBrand _brand = null!;
    private Secret<string> _admin = null!;

    public async Task InitializeAsync()
    {
        _sim = await MetaSimHost.StartAsync(new() { DataDirectory = TestFolder.Next("validate-sim") });
        _control = new() { BaseAddress = _sim.BaseAddress, Timeout = TimeSpan.FromSeconds(30) };
        var settings = new Dictionary<string, string?>(world.Configuration)
        {
            ["Meta:BaseUrl"] = $"{_sim.BaseAddress}",
            ["GoogleAds:BaseUrl"] = $"{_sim.BaseAddress}",
            ["GoogleAds:TokenUrl"] = $"{_sim.BaseAddress}token",
            ["GoogleAds:ClientId"] = "c",
            ["GoogleAds:ClientSecret"] = "s",
            ["Performance:ValidationTimeout"] = "00:01:00",
        };
        _console = await ConsoleApp.StartAsync(settings, world.OwnerConnectionString);
        _brand = await world.NewBrandAsync();
        _admin = (await world.Services.GetRequiredService<TenantAdmin>().AddApiKeyAsync(_brand.TenantId, "admin", AccessRole.Admin)).Shown;
        await ControlAsync("/_sim/ads", """{"account":"act_1","time_zone":"America/Sao_Paulo","currency":"BRL","key":"EAAB-good"}""");
        await ControlAsync("/_sim/ads", """{"account":"1000000001","time_zone":"America/New_York","currency":"USD","key":"1//good"}""");
    }

    public async Task DisposeAsync()
    {
        await _console.DisposeAsync();
        _control.Dispose();
        await _sim.DisposeAsync();
    }

    [Theory]
    [InlineData("meta_ads", "1", "EAAB-good", true, "Meta takes the key. The account counts in BRL and by the clock of America/Sao_Paulo.")]
    [InlineData("meta_ads", "act_1", "EAAB-canary-wrong", false, "The key has expired (code 190, subcode 463).")]
    [InlineData("google_ads", "100-000-0001", "1//good", true, "Google Ads takes the key. The account counts in USD and by the clock of America/New_York.")]
    [InlineData("google_ads", "1000000001", "1//canary-revoked", false, "Google does not take the key any more")]
    [InlineData("google_ads", "1000000001", "1//canary-wrong", false, "The key may not read this account (USER_PERMISSION_DENIED).")]
    public async Task The_platform_says_whether_it_takes_the_key(string platform, string accountId, string apiKey, bool success, string message) =>
        (await AskAsync(platform, accountId, apiKey)).ShouldSatisfyAllConditions(
            answer => answer.Success.ShouldBe(success), answer => answer.Message.ShouldStartWith(message), answer => answer.Message.ShouldNotContain("canary"));

    [Theory]
    [InlineData("meta_ads", "act_1", "EAAB-good", """{"match":{"dataset":"act_1"},"status":403,"code":200}""", "The key may not read this ad account (code 200).")]
    [InlineData("meta_ads", "act_1", "EAAB-good", """{"match":{"dataset":"act_1"},"drop":"before"}""", "Meta could not be reached.")]
    [InlineData("google_ads", "1000000001", "1//good", """{"match":{"dataset":"1000000001"},"drop":"before"}""", "Google Ads could not be reached.")]
    public async Task A_good_key_that_may_not_or_a_platform_that_is_away_is_no(string platform, string accountId, string apiKey, string behaviour, string message)
    {
        await ControlAsync("/_sim/behaviour", behaviour);

        var (success, told) = await AskAsync(platform, accountId, apiKey);

        success.ShouldBeFalse();
        told.ShouldStartWith(message);
    }

    private async Task<(bool Success, string Message)> AskAsync(string platform, string accountId, string apiKey)
    {
        var (status, body, _) = await _console.SendAsync(HttpMethod.Post, Route, _admin, new { brandId = _brand.BrandId, platform, apiKey, accountId });
        status.ShouldBe(200, body.ToString());
        return (body.GetProperty("success").GetBoolean(), body.GetProperty("message").GetString()!);
    }

    private async Task ControlAsync(string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await _control.PostAsync(new Uri(path, UriKind.Relative), content);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
    }
}
