using System.Net;
using System.Text;
using TrackHub.Platform.Tenants;

namespace TrackHub.ConsoleTests.Sessions;

[Collection(ConsoleCollection.Name)]
public sealed class SessionTests(ConsoleFixture console)
{
    private const string Route = "/api/v1/session";

    private ConsoleHost Host => console.Host;

    [Fact]
    public async Task Who_signs_in_gets_a_cookie_for_this_host_alone_and_a_token_for_changes()
    {
        var tenant = await console.TenantAsync();

        var (answer, body) = await Host.SendAsync(ConsoleHost.SignIn($" Operator@{tenant.Brand.BrandId}.Example.com ", ConsoleFixture.Password));

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var cookie = answer.Headers.GetValues("Set-Cookie").ShouldHaveSingleItem();
        cookie.Split("; ")[1..].Order(StringComparer.Ordinal).ShouldBe(["httponly", "path=/", "samesite=strict", "secure"]);
        cookie.ShouldStartWith("__Host-trackhub=");
        (body.GetProperty("tenantId").GetString(), body.GetProperty("role").GetString()).ShouldBe((tenant.Brand.TenantId, "operator"));
        var session = new Secret<string>(cookie.Split(';')[0].Split('=')[1]);
        body.GetProperty("csrfToken").GetString().ShouldBe(ConsoleApi.Access.RequestOrigin.TokenOf(session));
        (await StatusAsync(HttpMethod.Get, session)).ShouldBe(HttpStatusCode.OK);

        // The cookie itself is nowhere in the table.
        (await Host.ScalarAsync<long>($"select count(*) from sessions where encode(token_hash, 'hex') = '{session.Reveal()}'")).ShouldBe(0);
        (await Host.ScalarAsync<long>($"select count(*) from audit_log where action = 'session.open' and subject = '{tenant.Users[AccessRole.Operator]}'")).ShouldBe(2);
    }

    [Fact]
    public async Task A_wrong_password_an_unknown_login_and_one_switched_off_get_the_same_answer()
    {
        var tenant = await console.TenantAsync();
        await Host.Admin.SetUserAsync(tenant.Users[AccessRole.Viewer], "active", "false");

        var answers = new List<string>();
        foreach (var (login, password) in new[]
        {
            ($"admin@{tenant.Brand.BrandId}.example.com", "correct horse batterz"), ("nobody@example.com", ConsoleFixture.Password),
            ($"viewer@{tenant.Brand.BrandId}.example.com", ConsoleFixture.Password),
        })
        {
            var (answer, body) = await Host.SendAsync(ConsoleHost.SignIn(login, password));
            answers.Add($"{answer.StatusCode} {string.Join(' ', answer.Headers.Where(static h => h.Key != "Date").Select(static h => $"{h.Key}={string.Join(',', h.Value)}"))} {body}");
        }

        answers.Distinct().ShouldHaveSingleItem().ShouldContain("login_failed");
    }

    [Fact]
    public async Task A_password_hashed_fewer_times_than_now_is_hashed_anew_when_somebody_signs_in_with_it()
    {
        var tenant = await console.TenantAsync();
        var (id, login) = (tenant.Users[AccessRole.Viewer], $"viewer@{tenant.Brand.BrandId}.example.com");
        Task<string> KeptAsync() => Host.ScalarAsync<string>($"select iterations || ' ' || encode(salt, 'hex') || ' ' || encode(password_hash, 'hex') || ' ' || password_set_at from users where id = '{id}'");
        var before = await KeptAsync();

        (await Host.SendAsync(ConsoleHost.SignIn(login, "correct horse batterz"))).Answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await KeptAsync()).ShouldBe(before);
        (await Host.SendAsync(ConsoleHost.SignIn(login, ConsoleFixture.Password))).Answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var renewed = (await KeptAsync()).Split(' ', 4);

        renewed[0].ShouldBe($"{PasswordHash.CurrentIterations}");
        renewed[1].Length.ShouldBe(32);
        renewed[1..3].ShouldNotBe(before.Split(' ', 4)[1..3]);
        renewed[3].ShouldBe(before.Split(' ', 4)[3], "it is the same password");
        (await StatusAsync(HttpMethod.Get, tenant.Sessions[AccessRole.Viewer])).ShouldBe(HttpStatusCode.OK);
        (await Host.SendAsync(ConsoleHost.SignIn(login, ConsoleFixture.Password))).Answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await KeptAsync()).ShouldBe(string.Join(' ', renewed));
    }

    [Fact]
    public async Task A_session_ends_when_it_is_idle_when_it_is_old_and_when_it_is_closed()
    {
        var tenant = await console.TenantAsync();
        var (idle, old, closed) = (tenant.Sessions[AccessRole.Viewer], tenant.Sessions[AccessRole.Operator], tenant.Sessions[AccessRole.Admin]);
        await ChangeAsync(idle, "last_seen_at = now() - interval '29 minutes'");
        (await StatusAsync(HttpMethod.Get, idle)).ShouldBe(HttpStatusCode.OK);
        await ChangeAsync(idle, "last_seen_at = last_seen_at - interval '29 minutes'");
        (await StatusAsync(HttpMethod.Get, idle)).ShouldBe(HttpStatusCode.OK);   // the request before counted
        await ChangeAsync(idle, "last_seen_at = now() - interval '31 minutes'");
        await ChangeAsync(old, "created_at = now() - interval '12 hours 1 minute', last_seen_at = now()");

        (await StatusAsync(HttpMethod.Get, idle)).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(HttpMethod.Get, old)).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(HttpMethod.Delete, closed)).ShouldBe(HttpStatusCode.NoContent);
        (await StatusAsync(HttpMethod.Get, closed)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Whoever_is_removed_switched_off_or_given_another_password_is_out_at_once()
    {
        var tenant = await console.TenantAsync();

        await Host.Admin.RemoveUserAsync(tenant.Users[AccessRole.Viewer]);
        await Host.Admin.SetUserAsync(tenant.Users[AccessRole.Operator], "active", "false");
        await Host.Admin.SetPasswordAsync(tenant.Users[AccessRole.Admin]);

        foreach (var session in tenant.Sessions.Values)
            (await StatusAsync(HttpMethod.Get, session)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_role_that_is_changed_counts_from_the_next_request_on()
    {
        var tenant = await console.TenantAsync();
        await Host.Admin.SetUserAsync(tenant.Users[AccessRole.Viewer], "role", "admin");

        var (_, body) = await Host.SendAsync(new HttpRequestMessage(HttpMethod.Get, Route).As(tenant.Sessions[AccessRole.Viewer]));

        body.GetProperty("role").GetString().ShouldBe("admin");
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("X-CSRF-Token", "00")]
    [InlineData("X-CSRF-Token", "of another session")]
    public async Task A_change_by_cookie_needs_the_token_of_that_very_session(string header, string value)
    {
        var tenant = await console.TenantAsync();
        var session = tenant.Sessions[AccessRole.Viewer];
        var request = new HttpRequestMessage(HttpMethod.Delete, Route);
        request.Headers.Add("Cookie", $"__Host-trackhub={session.Reveal()}");
        if (header.Length > 0)
            request.Headers.Add(header, value.Length > 2 ? ConsoleApi.Access.RequestOrigin.TokenOf(tenant.Sessions[AccessRole.Admin]) : value);

        var (answer, body) = await Host.SendAsync(request);

        (answer.StatusCode, body.GetProperty("code").GetString()).ShouldBe((HttpStatusCode.Forbidden, "csrf"));
        (await StatusAsync(HttpMethod.Get, session)).ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "same-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "same-origin", HttpStatusCode.NoContent)]
    [InlineData("Origin", "https://angreifer.example.com", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "null", HttpStatusCode.Forbidden)]
    public async Task What_another_site_sends_is_refused_even_with_the_token(string header, string value, HttpStatusCode expected)
    {
        var tenant = await console.TenantAsync();
        var request = new HttpRequestMessage(HttpMethod.Delete, Route).As(tenant.Sessions[AccessRole.Viewer]);
        request.Headers.Add(header, value);

        (await Host.SendAsync(request)).Answer.StatusCode.ShouldBe(expected);
    }

    [Fact]
    public async Task Another_site_cannot_sign_anybody_in()
    {
        var tenant = await console.TenantAsync();
        var request = ConsoleHost.SignIn($"admin@{tenant.Brand.BrandId}.example.com", ConsoleFixture.Password);
        request.Headers.Add("Sec-Fetch-Site", "cross-site");

        var (answer, body) = await Host.SendAsync(request);

        (answer.StatusCode, body.GetProperty("code").GetString()).ShouldBe((HttpStatusCode.Forbidden, "csrf"));
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    [Theory]
    [InlineData("{", "application/json", 400, "malformed_request")]
    [InlineData("null", "application/json", 400, "malformed_request")]
    [InlineData("[]", "application/json", 400, "malformed_request")]
    [InlineData("""{"login":"a@example.com"}""", "application/json", 400, "malformed_request")]
    [InlineData("""{"login":7,"password":"x"}""", "application/json", 400, "malformed_request")]
    [InlineData("login=a&password=b", "application/x-www-form-urlencoded", 415, "unsupported_media_type")]
    public async Task A_body_that_is_none_is_refused_with_its_code(string body, string type, int status, string code)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Route) { Content = new StringContent(body, Encoding.UTF8, type) };

        var (answer, problem) = await Host.SendAsync(request);

        ((int)answer.StatusCode, problem.GetProperty("code").GetString()).ShouldBe((status, code));
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [Fact]
    public async Task Other_addresses_and_methods_are_refused_with_their_codes()
    {
        var (absent, nothing) = await Host.SendAsync(new(HttpMethod.Get, "/api/v1/sessions"));
        var (other, method) = await Host.SendAsync(new(HttpMethod.Put, Route));

        (absent.StatusCode, nothing.GetProperty("code").GetString()).ShouldBe((HttpStatusCode.NotFound, "not_found"));
        (other.StatusCode, method.GetProperty("code").GetString()).ShouldBe((HttpStatusCode.MethodNotAllowed, "method_not_allowed"));
        other.Content.Headers.Allow.Order(StringComparer.Ordinal).ShouldBe(["DELETE", "GET", "POST"]);
    }

    [Fact]
    public async Task Bodies_have_a_limit_whether_they_say_their_length_or_not()
    {
        foreach (var chunked in new[] { false, true })
        {
            var request = ConsoleHost.SignIn("ana@example.com", new string('x', 70_000));
            request.Headers.TransferEncodingChunked = chunked;
            try
            {
                var (answer, problem) = await Host.SendAsync(request);
                ((int)answer.StatusCode, problem.GetProperty("code").GetString()).ShouldBe((413, "body_too_large"));
            }
            catch (HttpRequestException)
            {
                // The answer came before the body was sent, and the connection is closed: as much a refusal.
            }
        }
    }

    [Fact]
    public async Task Expired_sessions_are_removed()
    {
        var tenant = await console.TenantAsync();
        await ChangeAsync(tenant.Sessions[AccessRole.Viewer], "last_seen_at = now() - interval '1 day'");
        var store = (ConsoleApi.Access.CallerStore)Host.Services.GetService(typeof(ConsoleApi.Access.CallerStore))!;

        (await store.PurgeAsync(CancellationToken.None)).ShouldBeGreaterThanOrEqualTo(1);

        (await Host.ScalarAsync<long>($"select count(*) from sessions where user_id = '{tenant.Users[AccessRole.Viewer]}'")).ShouldBe(0);
        (await StatusAsync(HttpMethod.Get, tenant.Sessions[AccessRole.Admin])).ShouldBe(HttpStatusCode.OK);
    }

    private async Task<HttpStatusCode> StatusAsync(HttpMethod method, Secret<string> session) =>
        (await Host.SendAsync(new HttpRequestMessage(method, Route).As(session))).Answer.StatusCode;

    private Task ChangeAsync(Secret<string> session, string change) => Host.ExecuteAsync($"update sessions set {change} where token_hash = sha256('{session.Reveal()}')");
}
