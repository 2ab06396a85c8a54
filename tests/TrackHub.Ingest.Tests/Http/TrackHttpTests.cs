using System.Net;
using System.Text;
using System.Text.Json;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Tests.Http;

public sealed class TrackHttpTests : IAsyncLifetime
{
    private const string Click = """{"event_id":"evt-0000000000000001","session_id":"s-1","url":"https://shop.example.com/a?utm_source=FB&fbclid=IwAR_x-1&email=a@example.com#f"}""";
    private IngestServer _server = null!;

    public async Task InitializeAsync() => _server = await IngestServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("click", EventKind.Click)]
    [InlineData("pageview", EventKind.PageView)]
    [InlineData("initiate_checkout", EventKind.InitiateCheckout)]
    public async Task An_event_is_acknowledged_with_its_receipt(string route, EventKind kind)
    {
        var response = await _server.TrackAsync(route, Click);

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var receipt = await IngestServer.ReadAsync(response);
        receipt.EnumerateObject().Select(static field => field.Name).ShouldBe(["event_id", "topic", "partition", "offset"]);
        receipt.GetProperty("event_id").GetString().ShouldBe("evt-0000000000000001");
        receipt.GetProperty("topic").GetString().ShouldBe("track-events");
        receipt.GetProperty("partition").GetInt32().ShouldBe(3);
        receipt.GetProperty("offset").GetInt64().ShouldBe(1);
        var (topic, key, record) = _server.Log.Events.ShouldHaveSingleItem();
        topic.ShouldBe("track-events");
        key.ShouldBe("brandexample/s-1");
        record.Kind.ShouldBe(kind);
    }

    [Fact]
    public async Task A_receipt_tells_no_offset_that_the_log_did_not_tell()
    {
        _server.Log.ForgetsOffsets = true;

        var receipt = await IngestServer.ReadAsync(await _server.TrackAsync("click", Click));

        receipt.EnumerateObject().Select(static field => field.Name).ShouldBe(["event_id", "topic", "partition"]);
    }

    [Fact]
    public async Task The_alias_the_query_key_and_plain_text_serve_a_beacon()
    {
        var response = await _server.Client.PostAsync($"/track/click?k={World.BrowserKey}", IngestServer.Json(Click, "text/plain"));

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task An_event_without_id_is_given_one()
    {
        var receipt = await IngestServer.ReadAsync(await _server.TrackAsync("click", """{"session_id":"s","url":"https://a.example.com"}"""));

        receipt.GetProperty("event_id").GetString()!.Length.ShouldBeInRange(16, 64);
    }

    [Theory]
    [InlineData("identify", """{"email":"a@example.com"}""")]
    [InlineData("identify", """{"session_id":"s","phone":"+5511900000001"}""")]
    [InlineData("identify", """{"external_id":"u-1"}""")]
    [InlineData("consent", """{"session_id":"s","ads":false,"at":"2026-09-10T17:00:00Z"}""")]
    [InlineData("consent", """{"email":"a@example.com","ads":true}""")]
    public async Task Identify_and_consent_need_no_page(string route, string body) =>
        (await _server.TrackAsync(route, body)).StatusCode.ShouldBe(HttpStatusCode.Accepted);

    [Theory]
    [InlineData("click", "{", "JSON")]
    [InlineData("click", "", "JSON")]
    [InlineData("click", "[]", "object")]
    [InlineData("click", """{"session_id":"s"}""", "url")]
    [InlineData("click", """{"url":"https://a.example.com"}""", "session_id")]
    [InlineData("click", """{"session_id":"s","session_id":"s","url":"https://a.example.com"}""", "duplicate")]
    [InlineData("click", """{"session_id":"s","url":"https://a.example.com","x":1,"x":2}""", "duplicate")]
    [InlineData("click", """{"session_id":"s","url":"https://a.example.com","x":{"y":1,"y":2}}""", "duplicate")]
    [InlineData("click", """{"session_id":"s","url":"https://a.example.com"} {}""", "JSON")]
    [InlineData("click", """{"session_id":"s","url":"https://a.example.com","value":1e999}""", "value")]
    [InlineData("click", """{"session_id":"s","url":"https://a.example.com","value":-1}""", "value")]
    [InlineData("click", """{"session_id":"s","url":"https://a.example.com","event_id":"short"}""", "event_id")]
    [InlineData("click", """{"session_id":"s","url":"https://a.example.com","event_id":"sixteen chars is ok"}""", "event_id")]
    [InlineData("click", """{"session_id":"s","url":"javascript:alert(1)"}""", "url")]
    [InlineData("click", """{"session_id":"s p","url":"https://a.example.com"}""", "session_id")]
    [InlineData("click", """{"session_id":"s","url":"https://a.example.com","click_id":"x"}""", "click_id")]
    [InlineData("click", """{"session_id":7,"url":"https://a.example.com"}""", "session_id")]
    [InlineData("click", """{"session_id":"s","url":"https://a.example.com","currency":"REAL"}""", "currency")]
    [InlineData("click", """{"session_id":"s","url":"https://a.example.com","event_time":"yesterday"}""", "event_time")]
    [InlineData("click", """{"session_id":"s","url":"https://a.example.com","consent_ads":"yes"}""", "consent_ads")]
    [InlineData("click", """{"session_id":"s","url":"https://a.example.com","email":"\ud800"}""", "surrogate")]
    [InlineData("click", """{"session_id":"s","url":"https://a.example.com","client_ip":"203.0.113.1"}""", "client_ip")]
    [InlineData("identify", """{"session_id":"s"}""", "email")]
    [InlineData("consent", """{"session_id":"s"}""", "ads")]
    [InlineData("consent", """{"ads":true}""", "session_id")]
    [InlineData("consent", """{"email":"nobody","phone":"0800 123 4567","ads":false}""", "email")]
    [InlineData("click", """{"session_id":"s","url":"https://a.example.com","event_time":"03/04/2026"}""", "event_time")]
    [InlineData("click", """{"session_id":"s","url":"https://a.example.com","event_time":"10:30"}""", "event_time")]
    public async Task A_wrong_event_is_refused_with_its_field(string route, string body, string field)
    {
        var response = await _server.TrackAsync(route, body);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = await IngestServer.ReadAsync(response);
        problem.GetProperty("code").GetString().ShouldBe("malformed_request");
        problem.GetProperty("status").GetInt32().ShouldBe(400);
        problem.GetProperty("detail").GetString()!.ShouldContain(field);
        _server.Log.Events.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_refusal_never_echoes_a_value()
    {
        var response = await _server.TrackAsync("click", """{"session_id":"maria silva","url":"https://a.example.com","email":"maria@example.com"}""");

        (await response.Content.ReadAsStringAsync()).ShouldNotContain("maria");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("thw_brandexample_wrong")]
    public async Task An_unknown_key_is_refused(string? key)
    {
        var response = await _server.TrackAsync("click", Click, key ?? "", request =>
        {
            if (key is null)
                request.Headers.Remove("X-TrackHub-Key");
        });

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await IngestServer.ReadAsync(response)).GetProperty("code").GetString().ShouldBe("unknown_key");
    }

    [Fact]
    public async Task A_server_key_speaks_for_its_visitors_and_a_browser_for_itself()
    {
        const string Body = """{"session_id":"s","url":"https://a.example.com","client_ip":"203.0.113.77","user_agent":"Mozilla/5.0 (Windows NT 10.0) Firefox/130.0"}""";
        var server = await _server.TrackAsync("click", Body, World.ServerKey, static request => request.Headers.UserAgent.ParseAdd("curl/8"));
        var browser = await _server.TrackAsync("click", Click, change: static request =>
        {
            request.Headers.UserAgent.ParseAdd("Mozilla/5.0 (X11; Linux x86_64) Chrome/128.0.0.0 Safari/537.36");
            request.Headers.AcceptLanguage.ParseAdd("pt-BR,pt;q=0.9");
        });

        server.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        browser.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var records = _server.Log.Events.Select(static entry => entry.Record).ToList();
        var spoken = _server.World.Sealer.OpenUserData(World.Brand.TenantId, records[0].UserData!);
        (spoken.ClientIpAddress, spoken.ClientUserAgent).ShouldBe(("203.0.113.77", "Mozilla/5.0 (Windows NT 10.0) Firefox/130.0"));
        records[0].Traits.Browser.ShouldBe("firefox");
        records[0].Traits.Language.ShouldBeNull();
        records[1].Traits.Browser.ShouldBe("chrome");
        records[1].Traits.Language.ShouldBe("pt-br");
    }

    [Fact]
    public async Task Only_listed_origins_may_use_a_pinned_key()
    {
        var listed = await _server.TrackAsync("click", Click, World.PinnedKey, static request => request.Headers.Add("Origin", World.AllowedOrigin));
        var foreign = await _server.TrackAsync("click", Click, World.PinnedKey, static request => request.Headers.Add("Origin", "https://evil.example"));
        var none = await _server.TrackAsync("click", Click, World.PinnedKey);

        listed.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        listed.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe([World.AllowedOrigin]);
        listed.Headers.Vary.ShouldContain("Origin");
        foreign.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        foreign.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
        none.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Theory]
    [InlineData("", World.AllowedOrigin, true)]
    [InlineData("?k=" + World.PinnedKey, World.AllowedOrigin, true)]
    [InlineData("?k=" + World.PinnedKey, "https://evil.example", false)]
    [InlineData("?k=unknown", World.AllowedOrigin, false)]
    public async Task A_preflight_is_answered_by_the_keys_list(string query, string origin, bool isAllowed)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, $"/api/v1/track/click{query}");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "content-type,x-trackhub-key");

        var response = await _server.Client.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        response.Headers.Contains("Access-Control-Allow-Origin").ShouldBe(isAllowed);
        if (isAllowed)
            response.Headers.GetValues("Access-Control-Allow-Headers").Single().ShouldContain("X-TrackHub-Key");
    }

    [Fact]
    public async Task A_log_that_is_away_means_come_back()
    {
        _server.Log.IsAway = true;

        var response = await _server.TrackAsync("click", Click);

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
        (await IngestServer.ReadAsync(response)).GetProperty("code").GetString().ShouldBe("log_unavailable");
    }

    [Fact]
    public async Task Without_a_key_of_the_day_nothing_is_stored_in_clear()
    {
        _server.World.Keys.Publish([], []);

        var response = await _server.TrackAsync("identify", """{"email":"a@example.com"}""");

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await IngestServer.ReadAsync(response)).GetProperty("code").GetString().ShouldBe("overloaded");
        _server.Log.Events.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("\"2026-09-10T14:00:00-03:00\"")]
    [InlineData("\"2026-09-10T17:00:00.000Z\"")]
    [InlineData("\"2026-09-10T17:00:00.000000000+00:00\"")]
    [InlineData("\"2026-09-10 17:00\"")]
    [InlineData("1789059600")]
    [InlineData("1789059600000")]
    public async Task A_time_is_read_in_every_spelling_of_the_interface(string time)
    {
        await _server.TrackAsync("click", $$"""{"session_id":"s","url":"https://a.example.com","event_time":{{time}}}""");

        _server.Log.Events.Single().Record.EventTime.ToUnixTimeSeconds().ShouldBe(1789059600);
    }

    [Theory]
    [InlineData("click", 16 * 1024, HttpStatusCode.Accepted)]
    [InlineData("click", (16 * 1024) + 1, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("batch", 256 * 1024, HttpStatusCode.Accepted)]
    [InlineData("batch", (256 * 1024) + 1, HttpStatusCode.RequestEntityTooLarge)]
    public async Task A_body_has_its_routes_limit_declared_or_chunked(string route, int length, HttpStatusCode expected)
    {
        var start = route is "batch" ? "[{\"kind\":\"click\",\"session_id\":\"s\",\"url\":\"https://a.example.com/\"}]" : Click;
        var body = start + new string(' ', length - start.Length);

        var declared = await _server.TrackAsync(route, body);
        var chunked = await _server.TrackAsync(route, "", change: request =>
        {
            request.Content = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(body)));
            request.Content.Headers.ContentType = new("application/json");
            request.Headers.TransferEncodingChunked = true;
        });

        declared.StatusCode.ShouldBe(expected);
        chunked.StatusCode.ShouldBe(expected);
        if (expected is HttpStatusCode.RequestEntityTooLarge)
            (await IngestServer.ReadAsync(declared)).GetProperty("code").GetString().ShouldBe("body_too_large");
    }

    [Fact]
    public async Task A_record_tells_what_is_known_and_nothing_personal()
    {
        const string Body = """
            {"event_id":"evt-0000000000000002","event_time":1789060000000,"session_id":"s-2","click_id":"th_0000000000000000000000000a",
             "url":"https://user:pw@shop.example.com:8443/a/b?utm_source=FB&utm_campaign=c%201&fbclid=IwAR_x-1&gclid=G1&cpf=00000000191#top",
             "referrer":"https://l.example.com/x?q=secret","fbp":"fb.1.1789059600000.1000000001","external_id":"user-77","email":"Maria@Example.com",
             "phone":"(11) 90000-0001","utm":{"medium":"cpc","utm_term":"t"},"product":"P1","value":"x","currency":null,"consent_ads":true,"unknown":{"a":[1]}}
            """;

        var response = await _server.TrackAsync("initiate_checkout", Body.Replace("\"x\"", "197.9", StringComparison.Ordinal));

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var record = _server.Log.Events.Single().Record;
        record.Url.ShouldBe("https://shop.example.com:8443/a/b?utm_source=FB&utm_campaign=c%201");
        record.Traits.Page.ShouldBe("shop.example.com:8443/a/b");
        record.Traits.Referrer.ShouldBe("l.example.com/x");
        (record.Traits.UtmSource, record.Traits.UtmMedium, record.Traits.UtmCampaign, record.Traits.UtmTerm).ShouldBe(("FB", "cpc", "c 1", "t"));
        record.Traits.Gclid.ShouldBe("G1");
        (record.ValueMinor, record.Currency, record.ConsentAds).ShouldBe((19790L, "BRL", true));
        record.ClickId.ShouldBe("th_0000000000000000000000000a");
        record.EventTime.ToUnixTimeMilliseconds().ShouldBe(1789060000000);
        record.OriginalEventTime.ShouldBeNull();
        var person = _server.World.Sealer.OpenUserData(World.Brand.TenantId, record.UserData!);
        person.Fbc.ShouldBe("fb.1.1789060000000.IwAR_x-1");
        person.Fbp.ShouldBe("fb.1.1789059600000.1000000001");
        person.Em.Count.ShouldBe(1);
        person.Ph.Count.ShouldBe(1);
        var text = JsonSerializer.Serialize(record);
        foreach (var secret in new[] { "maria", "90000", "IwAR_x-1", "00000000191", "user-77", "q=secret", "user:pw" })
            text.ShouldNotContain(secret, Case.Insensitive);
    }

    [Fact]
    public async Task A_future_time_becomes_the_receive_time_and_is_kept()
    {
        await _server.TrackAsync("click", """{"session_id":"s","url":"https://a.example.com","event_time":"2026-09-10T18:10:00Z"}""");

        var record = _server.Log.Events.Single().Record;
        record.EventTime.ShouldBe(World.Now);
        record.OriginalEventTime.ShouldBe(World.Now.AddHours(1));
    }
}
