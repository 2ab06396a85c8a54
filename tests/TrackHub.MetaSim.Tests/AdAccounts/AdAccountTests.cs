using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace TrackHub.MetaSim.Tests.AdAccounts;

public sealed class AdAccountTests(TestSim sim) : IClassFixture<TestSim>
{
    private const string Insights = "/insights?level=account&time_increment=1&fields=spend,clicks,impressions&breakdowns=hourly_stats_aggregated_by_advertiser_time_zone"
        + "&time_range=%7B%22since%22%3A%222026-03-01%22%2C%22until%22%3A%222026-03-02%22%7D";

    private const string Hours = "SELECT segments.date, segments.hour, metrics.cost_micros, metrics.clicks, metrics.impressions FROM customer WHERE segments.date BETWEEN '2026-03-01' AND '2026-03-02'";

    [Fact]
    public async Task Pages_of_insights_follow_each_other_by_cursor_until_there_is_no_next()
    {
        await DescribeAsync("""{"account":"act_1","page_rows":7}""");
        var rows = new List<string>();
        string? after = null;
        do
        {
            var page = (await MetaAsync("/v25.0/act_1" + Insights + "&limit=500" + (after is null ? "" : "&after=" + after))).Json;
            page["data"]!.AsArray().Count.ShouldBeLessThanOrEqualTo(7);
            rows.AddRange(page["data"]!.AsArray().Select(static row => row!.ToJsonString()));
            after = page["paging"]?["next"] is null ? null : (string)page["paging"]!["cursors"]!["after"]!;
        }
        while (after is not null);

        rows.Count.ShouldBeInRange(30, 48);
        rows.Distinct().Count().ShouldBe(rows.Count);
        JsonNode.Parse(rows[0])!["spend"]!.GetValueKind().ShouldBe(System.Text.Json.JsonValueKind.String, "Meta's numbers are strings");
        ((string)JsonNode.Parse(rows[0])!["hourly_stats_aggregated_by_advertiser_time_zone"]!).ShouldMatch("^[0-2][0-9]:00:00 - [0-2][0-9]:59:59$");
        (await MetaAsync("/v25.0/act_1" + Insights + "&limit=500&after=MDAwMDAwMDA3")).Text.ShouldBe((await MetaAsync("/v25.0/act_1" + Insights + "&limit=500&after=MDAwMDAwMDA3")).Text, "equal seeds, equal figures");
    }

    [Fact]
    public async Task A_correction_replaces_an_hour_and_an_hour_without_anything_has_no_row()
    {
        await DescribeAsync("""{"account":"act_2"}""");
        await DescribeAsync("""{"account":"act_2","date":"2026-03-01","hour":13,"spend_micros":12345678,"clicks":9,"impressions":400}""", "/_sim/ads/hours");
        await DescribeAsync("""{"account":"act_2","date":"2026-03-01","hour":14,"spend_micros":0,"clicks":0,"impressions":0}""", "/_sim/ads/hours");

        var rows = (await MetaAsync("/v25.0/act_2" + Insights + "&limit=500")).Json["data"]!.AsArray();

        var corrected = rows.Single(static row => (string)row!["date_start"]! == "2026-03-01" && ((string)row["hourly_stats_aggregated_by_advertiser_time_zone"]!).StartsWith("13", StringComparison.Ordinal))!;
        ((string)corrected["spend"]!, (string)corrected["clicks"]!, (string)corrected["impressions"]!).ShouldBe(("12.345678", "9", "400"));
        rows.ShouldNotContain(static row => (string)row!["date_start"]! == "2026-03-01" && ((string)row["hourly_stats_aggregated_by_advertiser_time_zone"]!).StartsWith("14", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_is_taken_in_the_header_alone_and_a_wrong_one_is_refused_as_Meta_does()
    {
        await DescribeAsync("""{"account":"act_3","time_zone":"Asia/Kolkata","currency":"INR","key":"right"}""");

        var good = await MetaAsync("/v25.0/act_3?fields=currency,timezone_name", "right");
        var wrong = await MetaAsync("/v25.0/act_3?fields=currency,timezone_name", "wrong");
        var query = await MetaAsync("/v25.0/act_3?fields=currency,timezone_name&access_token=right", null);

        ((string)good.Json["timezone_name"]!, (string)good.Json["currency"]!).ShouldBe(("Asia/Kolkata", "INR"));
        (wrong.Status, wrong.Code, wrong.Subcode).ShouldBe((401, 190, 463));
        query.Code.ShouldBe(104);
        (await MetaAsync("/v19.0/act_3")).Code.ShouldBe(2635);
    }

    [Theory]
    [InlineData("level=ad")]
    [InlineData("time_increment=7")]
    [InlineData("limit=0")]
    [InlineData("after=!")]
    [InlineData("fields=spend,reach")]
    [InlineData("breakdowns=age")]
    [InlineData("time_range=%7B%7D")]
    [InlineData("time_range=x")]
    public async Task A_question_beyond_what_is_served_is_refused_by_name(string parameter)
    {
        var name = parameter.Split('=')[0];
        var kept = string.Join('&', Insights.Split('?')[1].Split('&').Where(pair => !pair.StartsWith(name + "=", StringComparison.Ordinal)).Append(parameter));

        (await MetaAsync("/v25.0/act_4/insights?" + kept)).Code.ShouldBe(100);
    }

    [Fact]
    public async Task Google_s_pages_follow_each_other_by_token_and_integers_are_strings()
    {
        await DescribeAsync("""{"account":"1000000001","page_rows":11,"time_zone":"America/New_York","currency":"USD"}""");
        var rows = new List<JsonNode>();
        string? token = null;
        do
        {
            var page = (await GoogleAsync("1000000001", Hours, token)).Json;
            rows.AddRange(page["results"]!.AsArray().Select(static row => row!));
            token = (string?)page["nextPageToken"];
        }
        while (token is not null);

        rows.Count.ShouldBeInRange(30, 48);
        rows[0]["metrics"]!["costMicros"]!.GetValueKind().ShouldBe(System.Text.Json.JsonValueKind.String);
        rows[0]["segments"]!["hour"]!.GetValueKind().ShouldBe(System.Text.Json.JsonValueKind.Number);
        var account = (await GoogleAsync("1000000001", "SELECT customer.currency_code, customer.time_zone FROM customer LIMIT 1")).Json["results"]![0]!["customer"]!;
        ((string)account["timeZone"]!, (string)account["currencyCode"]!).ShouldBe(("America/New_York", "USD"));
        (await GoogleAsync("1000000001", "SELECT campaign.id FROM campaign")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task Google_refuses_in_its_own_words()
    {
        await DescribeAsync("""{"account":"1000000002","key":"1//right"}""");
        await sim.BehaveAsync("""{"match":{"dataset":"1000000003"},"status":429,"retry_after_s":30,"times":1}""");

        var throttled = await GoogleAsync("1000000003", Hours);
        var wrong = await GoogleAsync("1000000002", Hours, access: "ya29.sim.1//other");
        var none = await GoogleAsync("1000000002", Hours, access: "made-up");

        throttled.Status.ShouldBe(429);
        var quota = throttled.Error["details"]![0]!["errors"]![0]!;
        ((string)quota["errorCode"]!["quotaError"]!, (string)quota["details"]!["quotaErrorDetails"]!["retryDelay"]!).ShouldBe(("RESOURCE_EXHAUSTED", "30s"));
        (wrong.Status, (string)wrong.Error["status"]!).ShouldBe((403, "PERMISSION_DENIED"));
        (none.Status, (string)none.Error["status"]!).ShouldBe((401, "UNAUTHENTICATED"));
    }

    [Theory]
    [InlineData("1//seller", "refresh_token", "c", 200, null)]
    [InlineData("1//revoked", "refresh_token", "c", 400, "invalid_grant")]
    [InlineData("1//seller", "refresh_token", "", 401, "invalid_client")]
    [InlineData("1//seller", "password", "c", 400, "unsupported_grant_type")]
    public async Task The_token_endpoint_speaks_OAuth(string refresh, string grant, string client, int status, string? error)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = grant, ["refresh_token"] = refresh, ["client_id"] = client, ["client_secret"] = "s" });
        using var response = await sim.Http.PostAsync(new Uri("/token", UriKind.Relative), form);
        var answer = await Answer.ReadAsync(response);

        (answer.Status, (string?)answer.Json["error"]).ShouldBe((status, error));
        if (error is null)
            ((string)answer.Json["token_type"]!, answer.Json["access_token"] is not null).ShouldBe(("Bearer", true));
    }

    [Fact]
    public async Task Days_of_23_and_25_hours_have_no_row_for_the_hour_that_is_leapt_over_and_one_for_the_repeated()
    {
        await DescribeAsync("""{"account":"act_5","time_zone":"America/New_York"}""");
        foreach (var hour in new[] { 1, 2, 3 })
        {
            await DescribeAsync($$"""{"account":"act_5","date":"2026-03-08","hour":{{hour}},"spend_micros":1000000,"clicks":1,"impressions":1}""", "/_sim/ads/hours");
            await DescribeAsync($$"""{"account":"act_5","date":"2025-11-02","hour":{{hour}},"spend_micros":1000000,"clicks":1,"impressions":1}""", "/_sim/ads/hours");
        }

        (await HoursAsync("2026-03-08")).ShouldBe([1, 3]);
        (await HoursAsync("2025-11-02")).ShouldBe([1, 2, 3]);

        async Task<IEnumerable<int>> HoursAsync(string day) => (await sim.GetAsync($"/_sim/ads/hours?account=act_5&since={day}&until={day}"))["hours"]!.AsArray()
            .Where(static hour => (long)hour!["spend_micros"]! == 1_000_000).Select(static hour => (int)hour!["hour"]!).Where(static hour => hour is 1 or 2 or 3);
    }

    [Theory]
    [InlineData("/_sim/ads", """{"account":"act_6","time_zone":"Mars/Base"}""")]
    [InlineData("/_sim/ads", """{"account":""}""")]
    [InlineData("/_sim/ads", """{"account":"act_6","colour":"red"}""")]
    [InlineData("/_sim/ads", "[]")]
    [InlineData("/_sim/ads/hours", """{"account":"act_6","date":"2026-03-01","hour":24,"spend_micros":1,"clicks":1,"impressions":1}""")]
    [InlineData("/_sim/ads/hours", """{"account":"act_6","date":"yesterday","hour":1,"spend_micros":1,"clicks":1,"impressions":1}""")]
    [InlineData("/_sim/ads/hours", """{"account":"act_6","date":"2026-03-01","hour":1,"spend_micros":-1,"clicks":1,"impressions":1}""")]
    public async Task A_description_that_cannot_be_is_refused(string path, string json) => (await PostAsync(path, json)).Status.ShouldBe(400);

    private async Task DescribeAsync(string json, string path = "/_sim/ads") => (await PostAsync(path, json)).Status.ShouldBe(204);

    private async Task<Answer> PostAsync(string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await sim.Http.PostAsync(new Uri(path, UriKind.Relative), content);
        return await Answer.ReadAsync(response);
    }

    private Task<Answer> MetaAsync(string path, string? key = "any") => SendAsync(new(HttpMethod.Get, path), key);

    private Task<Answer> GoogleAsync(string customer, string query, string? pageToken = null, string access = "ya29.sim.1//right") => SendAsync(
        new(HttpMethod.Post, $"/v26/customers/{customer}/googleAds:search")
        {
            Content = new StringContent(new JsonObject { ["query"] = query, ["pageToken"] = pageToken }.ToJsonString(), Encoding.UTF8, "application/json"),
        },
        access);

    private async Task<Answer> SendAsync(HttpRequestMessage message, string? key)
    {
        using var request = message;
        if (key is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var response = await sim.Http.SendAsync(request);
        return await Answer.ReadAsync(response);
    }
}
