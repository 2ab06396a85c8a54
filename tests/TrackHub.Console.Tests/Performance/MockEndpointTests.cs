using System.Net;
using Microsoft.AspNetCore.Routing;
using TrackHub.ConsoleApi.Performance.Mocking;
using TrackHub.Platform.Tenants;

namespace TrackHub.ConsoleTests.Performance;

[Collection(PerformanceGroup.Name)]
public sealed class MockEndpointTests(PerformanceWorld world)
{
    // No such brand: whoever is answered, nothing was looked up.
    private const string Brand = "mockbrand000";
    private const string Sentry = """{"enabled":false,"sensitivity":"low","notificationChannels":["email"]}""";

    public static TheoryData<string, string, string?> Calls => new()
    {
        { "GET", $"/api/performance/metrics?brandId={Brand}&startDate=2026-11-01&endDate=2026-11-07&period=daily&mock=true", null },
        { "GET", $"/api/performance/anomalies?brandId={Brand}&mock=true", null },
        { "PATCH", "/api/performance/anomalies/019bc1a0-0000-7000-8000-000000000001?mock=true", """{"status":"resolved"}""" },
        { "GET", $"/api/performance/config?brandId={Brand}&mock=true", null },
        { "PUT", "/api/performance/config?mock=true", $$$"""{"brandId":"{{{Brand}}}","integrations":{},"sentrySettings":{{{Sentry}}}}""" },
        { "POST", "/api/performance/integrations/validate?mock=true", $$"""{"brandId":"{{Brand}}","platform":"meta_ads","apiKey":"EAAB-canary-key","accountId":"act_9"}""" },
    };

    [Fact]
    public void Every_endpoint_of_the_api_has_its_mock_and_is_called_here()
    {
        var endpoints = world.Host.Endpoints.Select(static each => each.Endpoint).Where(static each => each.RoutePattern.RawText!.StartsWith("/api/performance/", StringComparison.Ordinal)).ToList();

        endpoints.ShouldAllBe(static each => each.Metadata.GetMetadata<MockAnswer>() != null);
        endpoints.Select(static each => $"{each.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0]} {each.RoutePattern.RawText!.Split('{')[0]}").Order()
            .ShouldBe(Calls.Select(static call => $"{call[0]} {((string)call[1]).Split('?')[0].Replace("019bc1a0-0000-7000-8000-000000000001", "", StringComparison.Ordinal)}").Order());
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Made_up_answers_are_the_same_each_time_and_ask_nobody(string method, string address, string? body)
    {
        var once = await world.AskAsync(new(method), address, body);
        var again = await world.AskAsync(new(method), address, body);

        once.Status.ShouldBe(HttpStatusCode.OK, once.Body.ToString());
        again.Body.GetRawText().ShouldBe(once.Body.GetRawText());
        once.Body.GetRawText().ShouldNotContain("canary");
        world.Meta.Asked.ShouldNotContain("act_9");
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Mocks_are_for_those_alone_who_may_call_the_endpoint(string method, string address, string? body)
    {
        (await world.AskAsync(new(method), address, body, key: "tha_nobody")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        if (method != "GET")
            (await world.AskAsync(new(method), address, body, AccessRole.Viewer)).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Made_up_figures_turn_pages_and_are_known_by_their_range()
    {
        var address = $"/api/performance/metrics?brandId={Brand}&startDate=2026-11-01&endDate=2026-11-01&period=hourly&mock=true";
        var ids = new List<string>();
        for (var next = address + "&limit=25"; next is not null;)
        {
            var page = await world.GetAsync(next);
            ids.AddRange(page.Each("id"));
            next = page.Next;
        }

        ids.ShouldBe((await world.GetAsync(address)).Each("id"));
        ids.Distinct().Count().ShouldBe(24 * 4);
        (await world.GetAsync(address + "&period=never")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await world.GetAsync(address.Replace("mock=true", "mock=maybe", StringComparison.Ordinal))).Detail.ShouldContain("neither true nor false");
    }

    [Fact]
    public async Task In_production_a_mock_is_refused_unless_it_is_allowed()
    {
        await using var host = await ConsoleHost.StartAsync();
        var tenant = await host.Admin.AddTenantAsync("Conta");
        var key = (await host.Admin.AddApiKeyAsync(tenant.Id, "admin", AccessRole.Admin)).Shown.Reveal();

        foreach (var call in Calls)
        {
            using var request = new HttpRequestMessage(new((string)call[0]), (string)call[1]);
            request.Headers.Authorization = new("Bearer", key);
            if (call[2] is string body)
                request.Content = new StringContent(body, System.Net.Http.Headers.MediaTypeHeaderValue.Parse("application/json"));
            var (answer, json) = await host.SendAsync(request);
            (answer.StatusCode, json.GetProperty("code").GetString()).ShouldBe((HttpStatusCode.Forbidden, "mock_not_allowed"));
        }
    }
}
