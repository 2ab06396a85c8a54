using System.Net;
using TrackHub.Platform.Tenants;

namespace TrackHub.ConsoleTests.Access;

/// <summary>Every endpoint there is, asked by everybody there is: the list is the console's own, so that one added tomorrow is asked as well.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class TenantIsolationTests(ConsoleFixture console)
{
    private static readonly AccessRole[] Roles = Enum.GetValues<AccessRole>();

    private ConsoleHost Host => console.Host;

    [Fact]
    public void Nobody_comes_in_without_a_session_but_to_sign_in_and_to_read_the_description() =>
        Host.Endpoints.Where(static e => e.Rule.Least is null).Select(static e => $"{string.Join(',', MethodsOf(e.Endpoint))} {e.Endpoint.RoutePattern.RawText}").Order(StringComparer.Ordinal)
            .ShouldBe(["GET /health", "GET /openapi/{documentName}.json", "GET /ready", "POST /api/v1/session"]);

    [Fact]
    public async Task Without_session_or_key_and_with_one_that_is_none_every_endpoint_answers_401()
    {
        var tenant = await console.TenantAsync();
        foreach (var endpoint in await EndpointCase.ReadAsync(Host))
        {
            (await AskAsync(About(endpoint, tenant))).ShouldBe("401 unauthenticated", endpoint.Name);
            (await AskAsync(About(endpoint, tenant).As(new(new string('0', 64))))).ShouldBe("401 unauthenticated", endpoint.Name);
            (await AskAsync(About(endpoint, tenant).WithKey(new("tha_" + new string('0', 40))))).ShouldBe("401 unauthenticated", endpoint.Name);
        }
    }

    [Fact]
    public async Task Each_role_may_do_what_its_rule_says_by_session_and_by_key()
    {
        var (tenant, other) = (await console.TenantAsync(), await console.TenantAsync());
        foreach (var endpoint in await EndpointCase.ReadAsync(Host))
        {
            foreach (var role in Roles)
            {
                foreach (var request in new[] { About(endpoint, tenant).As(await Host.SessionAsync(tenant.Users[role])), About(endpoint, tenant).WithKey(tenant.Keys[role]) })
                {
                    var (answer, body) = await Host.SendAsync(request);

                    if (role < endpoint.Rule.Least)
                        (answer.StatusCode, body.GetProperty("code").GetString()).ShouldBe((HttpStatusCode.Forbidden, "forbidden"), $"{endpoint.Name} as {role}");
                    else
                        new[] { 401, 403, 404, 500 }.ShouldNotContain((int)answer.StatusCode, $"{endpoint.Name} as {role}");
                    NamesNothingOf(other, answer, body.ToString(), endpoint.Name);
                }
            }
        }
    }

    [Fact]
    public async Task What_belongs_to_another_tenant_looks_like_what_is_not_there()
    {
        var (victim, stranger) = (await console.TenantAsync(), await console.TenantAsync());
        foreach (var endpoint in await EndpointCase.ReadAsync(Host))
        {
            foreach (var request in new[]
            {
                About(endpoint, victim).As(await Host.SessionAsync(stranger.Users[AccessRole.Admin])), About(endpoint, victim).WithKey(stranger.Keys[AccessRole.Admin]),
            })
            {
                var (answer, body) = await Host.SendAsync(request);

                if (endpoint.HasIds)
                    (answer.StatusCode, body.GetProperty("code").GetString()).ShouldBe((HttpStatusCode.NotFound, "not_found"), endpoint.Name);
                NamesNothingOf(victim, answer, body.ToString(), endpoint.Name);
            }
        }
    }

    [Fact]
    public async Task Every_change_by_cookie_needs_the_sessions_token()
    {
        var tenant = await console.TenantAsync();
        var changes = (await EndpointCase.ReadAsync(Host)).Where(static e => e.Method != HttpMethod.Get).ToList();

        changes.ShouldNotBeEmpty();
        foreach (var endpoint in changes)
        {
            var request = About(endpoint, tenant).As(tenant.Sessions[AccessRole.Admin]);
            request.Headers.Remove("X-CSRF-Token");
            (await AskAsync(request)).ShouldBe("403 csrf", endpoint.Name);
        }
    }

    [Fact]
    public async Task Every_answer_forbids_caches_frames_and_guesses()
    {
        var tenant = await console.TenantAsync();
        List<HttpRequestMessage> requests =
        [
            .. (await EndpointCase.ReadAsync(Host)).Select(e => About(e, tenant)), new(HttpMethod.Get, "/nothing/here"), new(HttpMethod.Get, "/api/v1/session/"), new(HttpMethod.Put, "/api/v1/session"),
            new HttpRequestMessage(HttpMethod.Get, "/api/v1/session").WithKey(tenant.Keys[AccessRole.Viewer]),
        ];
        foreach (var request in requests)
        {
            var (answer, _) = await Host.SendAsync(request);

            answer.Headers.CacheControl!.NoStore.ShouldBeTrue(request.RequestUri!.ToString());
            answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
            answer.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("frame-ancestors 'none'");
            answer.Headers.Contains("Server").ShouldBeFalse();
        }
    }

    private static IEnumerable<string> MethodsOf(Microsoft.AspNetCore.Routing.RouteEndpoint endpoint) =>
        endpoint.Metadata.OfType<Microsoft.AspNetCore.Routing.HttpMethodMetadata>().SelectMany(static m => m.HttpMethods);

    private static void NamesNothingOf(TestTenant tenant, HttpResponseMessage answer, string body, string endpoint)
    {
        var all = body + answer.Headers;
        foreach (var own in new[] { tenant.Brand.TenantId, tenant.Brand.BrandId, tenant.Brand.PixelId, tenant.Brand.DatasetId })
            all.ShouldNotContain(own, customMessage: endpoint);
    }

    private static HttpRequestMessage About(EndpointCase endpoint, TestTenant owner) => endpoint.About(owner, owner.Things, claimed: owner.Brand.TenantId);

    private async Task<string> AskAsync(HttpRequestMessage request)
    {
        var (answer, body) = await Host.SendAsync(request);
        return $"{(int)answer.StatusCode} {body.GetProperty("code").GetString()}";
    }
}
