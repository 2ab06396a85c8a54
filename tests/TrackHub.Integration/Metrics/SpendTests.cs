using System.Globalization;
using TrackHub.Platform.AdPlatforms;
using TrackHub.Testing;

namespace TrackHub.Integration.Metrics;

/// <summary>From ad accounts to figures, over HTTP, by the role as it runs.</summary>
public sealed class SpendTests(SpendProcess spend) : IClassFixture<SpendProcess>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [Theory]
    [InlineData(AdPlatformNames.Meta, "act_7001", "America/Sao_Paulo", "EAAB-good")]
    [InlineData(AdPlatformNames.Google, "7000000001", "Asia/Kolkata", "1//good")]
    public async Task What_an_account_cost_stands_in_the_figures_to_the_cent_and_a_later_correction_replaces_it(string platform, string account, string zone, string key)
    {
        await spend.ControlAsync("/_sim/ads", $$"""{"account":"{{account}}","time_zone":"{{zone}}","currency":"BRL","seed":7,"key":"{{key}}","page_rows":9}""");
        var brand = await spend.BrandAsync(platform, account, key);

        await FactsAreTrueAsync(brand, account);
        var before = await spend.TruthAsync(account);
        before.Count.ShouldBeGreaterThan(27, "four pages and more");

        // Days later the platform takes one hour back and makes another dearer.
        var yesterday = TimeZoneInfo.ConvertTime(TimeProvider.System.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById(zone)).AddDays(-1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        foreach (var (hour, micros) in new[] { (5, 0L), (6, 0L), (7, 123_450_000L), (8, 67_890_000L) })
            await spend.ControlAsync("/_sim/ads/hours", $$"""{"account":"{{account}}","date":"{{yesterday}}","hour":{{hour}},"spend_micros":{{micros}},"clicks":{{micros / 1_000_000}},"impressions":{{micros / 10_000}}}""");
        (await spend.TruthAsync(account)).ShouldNotBe(before);

        await FactsAreTrueAsync(brand, account);
        await Eventually.Holds(
            async () =>
            {
                var sums = await spend.Metrics.ScalarAsync<string>(
                    "select concat_ws(' ', sum(spend_minor), sum(clicks), sum(impressions)) from performance_metrics where brand_id = $1 and source = 'aggregated' and period = 'hourly'", brand);
                sums.ShouldBe(Sums(await spend.TruthAsync(account)));
            },
            Limit);
    }

    [Fact]
    public async Task A_refused_key_ends_with_its_own_account_and_a_new_one_is_tried_at_once()
    {
        await spend.ControlAsync("/_sim/ads", """{"account":"act_7002","key":"EAAB-right"}""");
        var refused = await spend.BrandAsync(AdPlatformNames.Meta, "act_7002", "EAAB-canary-wrong");
        var revoked = await spend.BrandAsync(AdPlatformNames.Google, "7000000002", "1//revoked");
        var well = await spend.BrandAsync(AdPlatformNames.Meta, "act_7003", "EAAB-any");

        await Eventually.Holds(async () => (await StatusAsync(refused)).ShouldStartWith("error|The key has expired (code 190, subcode 463)."), Limit);
        await Eventually.Holds(async () => (await StatusAsync(revoked)).ShouldStartWith("error|Google does not take the key any more"), Limit);
        (await StatusAsync(refused)).ShouldNotContain("canary");
        await FactsAreTrueAsync(well, "act_7003");
        (await spend.FactsAsync(refused)).ShouldBeEmpty();

        await spend.SaveAsync(refused, AdPlatformNames.Meta, "act_7002", "EAAB-right");

        await FactsAreTrueAsync(refused, "act_7002");
        (await StatusAsync(refused)).ShouldBe("active|");
    }

    [Theory]
    [InlineData(AdPlatformNames.Meta, "act_7004", """{"match":{"dataset":"act_7004"},"code":80000,"subcode":2446079,"headers":{"X-Business-Use-Case-Usage":"{\"1\":[{\"type\":\"ads_insights\",\"call_count\":100,\"estimated_time_to_regain_access\":3}]}"},"times":1}""", 180)]
    [InlineData(AdPlatformNames.Google, "7000000004", """{"match":{"dataset":"7000000004"},"status":429,"retry_after_s":200,"times":1}""", 200)]
    public async Task A_throttled_account_waits_as_long_as_it_is_told_and_is_pulled_then(string platform, string account, string behaviour, int seconds)
    {
        await spend.ControlAsync("/_sim/behaviour", behaviour);

        var brand = await spend.BrandAsync(platform, account, "any");

        await Eventually.Holds(async () => (await spend.Metrics.ScalarAsync<int>("select failures from brand_integrations where brand_id = $1", brand)).ShouldBe(1), Limit);
        (await spend.Metrics.ScalarAsync<bool>("select due_at - now() between $2 * interval '1 second' - interval '100 seconds' and $2 * interval '1.2 seconds' from brand_integrations where brand_id = $1", brand, seconds)).ShouldBeTrue();
        (await StatusAsync(brand)).ShouldBe("active|", "waiting is no error");
        (await spend.FactsAsync(brand)).ShouldBeEmpty();

        await spend.Metrics.ScalarAsync<int>("update brand_integrations set due_at = now() where brand_id = $1", brand);

        await FactsAreTrueAsync(brand, account);
    }

    [Fact]
    public async Task A_platform_that_fails_for_a_moment_is_asked_again()
    {
        await spend.ControlAsync("/_sim/behaviour", """{"match":{"dataset":"act_7005"},"drop":"before","times":1}""");
        await spend.ControlAsync("/_sim/behaviour", """{"match":{"dataset":"act_7005"},"body":"html","times":1}""");

        var brand = await spend.BrandAsync(AdPlatformNames.Meta, "act_7005", "any");

        await FactsAreTrueAsync(brand, "act_7005");
        (await StatusAsync(brand)).ShouldBe("active|");
    }

    private Task FactsAreTrueAsync(string brand, string account) =>
        Eventually.Holds(async () => (await spend.FactsAsync(brand)).ShouldBe(await spend.TruthAsync(account)), Limit);

    private async Task<string> StatusAsync(string brand) =>
        (await spend.Metrics.ScalarAsync<string>("select status || '|' || status_reason from brand_integrations where brand_id = $1", brand))!;

    private static string Sums(IReadOnlyList<string> hours)
    {
        long Of(int column) => hours.Sum(hour => long.Parse(hour.Split(' ')[column], CultureInfo.InvariantCulture));
        return $"{Of(2)} {Of(3)} {Of(4)}";
    }
}
