using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using TrackHub.ConsoleApi.Access;
using TrackHub.ConsoleTests.Performance;
using TrackHub.Platform.AdPlatforms;
using TrackHub.Platform.Tenants;
using TrackHub.Testing;

namespace TrackHub.ConsoleTests.Access;

/// <summary>Every endpoint, asked with secrets of every kind, well and badly: none comes back in an answer, and none is logged, though everything is logged.</summary>
public sealed class SecretsTests : IAsyncLifetime
{
    private const string Password = "canary-password-of-ana";
    private const string WrongPassword = "canary-password-mistyped";
    private const string WrongAdKey = "EAAB-canary-mistyped-key";

    private readonly KeptLines _log = new();
    private readonly CanaryScan _scan = new CanaryScan()
        .Add("password", Password).Add("mistyped password", WrongPassword)
        .Add("ad key", AskedPlatform.RightKey).Add("refused ad key", WrongAdKey);

    private readonly List<string> _found = [];
    private ConsoleHost _host = null!;
    private TestBrand _brand = null!;

    public async Task InitializeAsync()
    {
        _host = await ConsoleHost.StartAsync(
            builder =>
            {
                builder.Logging.AddProvider(_log).AddFilter<KeptLines>(null, LogLevel.Trace);   // the framework's and Npgsql's lines too, which the role leaves out
                builder.Services.RemoveAll<IAdPlatform>();
                builder.Services.AddSingleton<IAdPlatform>(new AskedPlatform(AdPlatformNames.Meta));
                builder.Services.AddSingleton<IAdPlatform>(new AskedPlatform(AdPlatformNames.Google));
            },
            "Log:Level=Verbose", "Console:RequestsPerMinute=1000000", "Console:SetupRequestsPerMinute=1000000", "Sessions:LoginsPerMinute=1000");
        _brand = await TestBrands.CreateAsync(_host.Admin);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task No_secret_is_in_any_answer_or_line()
    {
        await _host.Admin.AddUserAsync(_brand.TenantId, "ana@example.com", AccessRole.Admin, Password);
        var key = (await _host.Admin.AddApiKeyAsync(_brand.TenantId, "Painel", AccessRole.Admin)).Shown;
        var session = await SignInAsync();
        foreach (var (name, secret) in new[] { ("API key", key.Reveal()), ("session", session.Reveal()), ("CSRF token", RequestOrigin.TokenOf(session)) })
            _scan.Add(name, secret);

        await AskEverythingAsync(request => request.As(session), key);
        await AskEverythingAsync(request => request.WithKey(key), key);
        await _host.ExecuteAsync("alter table brands rename column currency to currency_away");   // from here on every page of a brand fails inside
        await AskEverythingAsync(request => request.As(session), key);

        _log.All.ShouldContain(static line => line.StartsWith("Error 6001", StringComparison.Ordinal), "a failure is logged with its exception");
        _log.All.ShouldContain(static line => line.Contains("Request starting", StringComparison.Ordinal), "the framework's lines are there");
        _found.AddRange(_log.All.SelectMany(line => _scan.Text("log: " + line[..Math.Min(60, line.Length)], line)).Select(static found => found.ToString()));
        _found.ShouldBeEmpty();
    }

    /// <summary>Each endpoint with the caller's secret right and spoilt, and with bodies that hold others, whole and torn.</summary>
    private async Task AskEverythingAsync(Func<HttpRequestMessage, HttpRequestMessage> sign, Secret<string> key)
    {
        var endpoints = await EndpointCase.ReadAsync(_host);
        endpoints.Count.ShouldBeGreaterThan(8);
        var tenant = new TestTenant(_brand, new Dictionary<AccessRole, string>(), new Dictionary<AccessRole, Secret<string>>(), new Dictionary<AccessRole, Secret<string>>(), new Dictionary<string, string>());
        foreach (var endpoint in endpoints.Where(static e => !IsSession(e)))   // it hands out the token by right, and its end would end the test
        {
            HttpRequestMessage About() => endpoint.About(tenant, tenant.Things, claimed: _brand.TenantId);
            await AskAsync(endpoint.Name, sign(About()));
            await AskAsync(endpoint.Name, About().WithKey(new(key.Reveal() + "x")));
            foreach (var body in Bodies())
                await AskAsync(endpoint.Name, sign(WithBody(About(), body)));
        }

        foreach (var (address, method) in new[] { ("/api/performance/config", HttpMethod.Put), ("/api/performance/integrations/validate", HttpMethod.Post) })
        {
            foreach (var adKey in new[] { AskedPlatform.RightKey, WrongAdKey, WrongAdKey + "\\n" })
            {
                var account = $"\"apiKey\":\"{adKey}\",\"accountId\":\"act_1\"";
                var body = $$"""
                    {"brandId":"{{_brand.BrandId}}","platform":"meta_ads",{{account}},"integrations":{"meta_ads":{ {{account}} } },
                     "sentrySettings":{"enabled":true,"sensitivity":"high","notificationChannels":["dashboard"]} }
                    """;
                await AskAsync(address, sign(WithBody(new(method, address), body)));
            }
        }

        await AskAsync("/api/v1/session", ConsoleHost.SignIn("ana@example.com", WrongPassword));
        foreach (var body in Bodies())
            await AskAsync("/api/v1/session", WithBody(new(HttpMethod.Post, "/api/v1/session"), body));
        await AskAsync("nothing", sign(new(HttpMethod.Post, "/api/v1/nothing")));
        await AskAsync("an address of another kind", sign(new(HttpMethod.Put, "/api/v1/session")));
    }

    private IEnumerable<string> Bodies()
    {
        const string Secrets = $"\"apiKey\":\"{WrongAdKey}\",\"password\":\"{WrongPassword}\",\"login\":\"{WrongPassword}\"";
        yield return $$"""{"brandId":"{{_brand.BrandId}}",{{Secrets}},"status":"{{WrongAdKey}}"x""";                       // torn
        yield return $$"""{"brandId":["{{WrongAdKey}}"],"status":{"{{WrongPassword}}":1},{{Secrets}}}""";                   // other kinds
        yield return $$"""{"brandId":"{{_brand.BrandId}}",{{Secrets}},"apiKey":"{{WrongAdKey}}","apiKey":"{{WrongAdKey}}"}""";   // twice
        yield return $"\"{WrongAdKey}\"";
    }

    private async Task<Secret<string>> SignInAsync()
    {
        using var answer = await _host.Client.SendAsync(ConsoleHost.SignIn("ana@example.com", Password));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        return new(cookie.Split(';')[0].Split('=')[1]);
    }

    private async Task AskAsync(string name, HttpRequestMessage request)
    {
        using var answer = await _host.Client.SendAsync(request);
        var text = $"{request.RequestUri} {answer.Headers} {answer.Content.Headers} {await answer.Content.ReadAsStringAsync()}";
        _found.AddRange(_scan.Text($"answer {(int)answer.StatusCode} of {name}", text).Select(static found => found.ToString()));
    }

    private static bool IsSession(EndpointCase endpoint) => endpoint.Path.Contains("/session", StringComparison.Ordinal);

    private static HttpRequestMessage WithBody(HttpRequestMessage request, string body)
    {
        if (request.Method != HttpMethod.Get)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return request;
    }
}
