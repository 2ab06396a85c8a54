using System.Net;
using TrackHub.Platform.Tenants;
using TrackHub.Testing;

namespace TrackHub.ConsoleTests.Access;

/// <summary>What one tenant, login or address may ask, on a console with small limits.</summary>
public sealed class LimitTests : IAsyncLifetime
{
    private ConsoleHost _host = null!;
    private TestBrand _brand = null!;

    public async Task InitializeAsync()
    {
        // So slow to fill that no pause of the machine gives one back.
        _host = await ConsoleHost.StartAsync("Console:RequestsPerMinute=3", "Sessions:LoginsPerMinute=1", "Sessions:FailuresPerAddress=5");
        _brand = await TestBrands.CreateAsync(_host.Admin);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_tenant_that_asks_too_often_is_told_when_to_come_back_and_others_are_served()
    {
        var (one, other) = ((await _host.Admin.AddApiKeyAsync(_brand.TenantId, "Painel", AccessRole.Viewer)).Shown, (await _host.Admin.AddApiKeyAsync(_brand.TenantId, "Robô", AccessRole.Viewer)).Shown);
        var neighbour = (await _host.Admin.AddApiKeyAsync((await TestBrands.CreateAsync(_host.Admin)).TenantId, "Painel", AccessRole.Viewer)).Shown;

        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 8; i++)
            answers.Add(await AskAsync(i % 2 == 0 ? one : other));

        answers[0].StatusCode.ShouldBe(HttpStatusCode.OK);
        var refused = answers.First(static a => a.StatusCode is HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20));
        (await refused.Content.ReadAsStringAsync()).ShouldContain("\"rate_limited\"");
        (await AskAsync(neighbour)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Two_consoles_together_allow_a_tenant_no_more_than_one()
    {
        await using var beside = await _host.StartBesideAsync("Console:RequestsPerMinute=3");
        var key = (await _host.Admin.AddApiKeyAsync((await TestBrands.CreateAsync(_host.Admin)).TenantId, "Painel", AccessRole.Viewer)).Shown;
        // As if both were asked in the same moment, however slow the machine: the bucket fills by its own clock.
        Task<int> FillAsync() => _host.ScalarAsync<int>("with now as (update request_buckets set at = clock_timestamp() returning 1) select count(*)::int from now");

        var statuses = new List<HttpStatusCode>();
        foreach (var console in new[] { _host, beside, _host, beside, _host })
        {
            await FillAsync();
            statuses.Add((await console.Client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/v1/session").WithKey(key))).StatusCode);
        }

        statuses.ShouldBe([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests]);
    }

    [Fact]
    public async Task Attempts_to_sign_in_are_limited_alike_for_logins_that_are_there_and_that_are_not()
    {
        await _host.Admin.AddUserAsync(_brand.TenantId, "ana@example.com", AccessRole.Admin, ConsoleFixture.Password);

        (await TryAsync("ana@example.com", "wrong password")).ShouldBe("401 login_failed");
        (await TryAsync("ana@example.com", ConsoleFixture.Password)).ShouldBe("429 rate_limited");
        (await TryAsync("nobody@example.com", "wrong password")).ShouldBe("401 login_failed");
        (await TryAsync("nobody@example.com", "wrong password")).ShouldBe("429 rate_limited");
    }

    [Fact]
    public async Task Who_guesses_keys_is_told_to_wait_and_a_right_one_from_the_same_address_is_served()
    {
        var right = (await _host.Admin.AddApiKeyAsync(_brand.TenantId, "Painel", AccessRole.Viewer)).Shown;

        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 8; i++)
            statuses.Add((await AskAsync(new($"tha_{i}"))).StatusCode);

        statuses[0].ShouldBe(HttpStatusCode.Unauthorized);
        statuses.ShouldContain(HttpStatusCode.TooManyRequests);
        (await AskAsync(right)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private Task<HttpResponseMessage> AskAsync(Secret<string> key) => _host.Client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/v1/session").WithKey(key));

    private async Task<string> TryAsync(string login, string password)
    {
        var (answer, body) = await _host.SendAsync(ConsoleHost.SignIn(login, password));
        return $"{(int)answer.StatusCode} {body.GetProperty("code").GetString()}";
    }
}
