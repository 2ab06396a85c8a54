using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace TrackHub.MetaSim.Tests.ConversionsApi;

public sealed class RequestTests(TestSim sim) : IClassFixture<TestSim>
{
    private static string Body(params JsonNode[] events) => new JsonObject { ["data"] = new JsonArray(events) }.ToJsonString();

    [Fact]
    public async Task A_thousand_events_are_taken_and_one_more_is_refused()
    {
        var thousand = Enumerable.Range(0, 1000).Select(i => (JsonNode)TestSim.Purchase($"many-{i}")).ToArray();

        var answer = await sim.SendAsync(thousand);
        ((int)answer.Json["events_received"]!).ShouldBe(1000);

        var tooMany = await sim.SendAsync([.. thousand.Select(e => e.DeepClone()), TestSim.Purchase()]);
        tooMany.Status.ShouldBe(400);
        tooMany.Code.ShouldBe(100);
    }

    [Theory]
    [InlineData("""{"data":[]}""")]
    [InlineData("""{"data":{}}""")]
    [InlineData("""{"data":"[]"}""")]
    [InlineData("""{}""")]
    [InlineData("""[]""")]
    [InlineData("""{"data":[1]}""")]
    [InlineData("""{"data":[""")]
    [InlineData("")]
    public async Task A_body_without_events_is_refused(string body)
    {
        var answer = await sim.SendBodyAsync(body);

        answer.Status.ShouldBe(400);
        answer.Code.ShouldBe(100);
        answer.Error["fbtrace_id"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Deep_json_duplicate_keys_and_broken_unicode_are_refused()
    {
        string[] bodies =
        [
            "{\"data\":" + new string('[', 10_000) + new string(']', 10_000) + "}",
            """{"data":[],"data":[]}""",
            Body(TestSim.Purchase()).Replace("\"Purchase\"", "\"\\ud800\"", StringComparison.Ordinal),
            Body(TestSim.Purchase()).Replace("\"order-1\"", "\"\\uDC00x\"", StringComparison.Ordinal),
        ];

        foreach (var body in bodies)
            (await sim.SendBodyAsync(body)).Code.ShouldBe(100);
        (await sim.SendBodyAsync(Body(TestSim.Purchase()))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Bytes_that_are_not_utf8_are_refused()
    {
        var bytes = Encoding.UTF8.GetBytes(Body(TestSim.Purchase("latin-X")));
        bytes[bytes.AsSpan().IndexOf("latin-X"u8) + 6] = 0xE3;
        using var content = new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var response = await sim.Http.PostAsync(new Uri($"/v25.0/{TestSim.Dataset}/events?access_token=t", UriKind.Relative), content);

        (await Answer.ReadAsync(response)).Code.ShouldBe(100);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_over_8_MiB_is_refused_declared_or_chunked(bool isDeclared)
    {
        using var content = new StreamContent(new MemoryStream(new byte[MetaSimHost.MaxBodyBytes + 1]));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v25.0/{TestSim.Dataset}/events?access_token=t") { Content = content };
        request.Headers.ExpectContinue = true;
        request.Headers.TransferEncodingChunked = isDeclared ? null : true;

        using var response = await sim.Http.SendAsync(request);

        var answer = await Answer.ReadAsync(response);
        answer.Status.ShouldBe(413);
        answer.Code.ShouldBe(100);
    }

    [Fact]
    public async Task The_token_may_be_in_query_body_or_header()
    {
        var inBody = new JsonObject { ["data"] = new JsonArray(TestSim.Purchase()), ["access_token"] = "t" }.ToJsonString();

        (await sim.SendBodyAsync(Body(TestSim.Purchase()), token: "t")).Status.ShouldBe(200);
        (await sim.SendBodyAsync(Body(TestSim.Purchase()), $"/v25.0/{TestSim.Dataset}/events?access_token=t", token: null)).Status.ShouldBe(200);
        (await sim.SendBodyAsync(inBody, token: null)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_missing_token_is_104_and_an_unreadable_one_190()
    {
        var body = Body(TestSim.Purchase());

        (await sim.SendBodyAsync(body, token: null)).Code.ShouldBe(104);
        var empty = await sim.SendBodyAsync(body, $"/v25.0/{TestSim.Dataset}/events?access_token=", token: null);
        empty.Status.ShouldBe(401);
        empty.Code.ShouldBe(190);
        (await sim.SendBodyAsync(body, $"/v25.0/{TestSim.Dataset}/events?access_token=a%20b", token: null)).Code.ShouldBe(190);
    }

    [Theory]
    [InlineData("urlencoded")]
    [InlineData("multipart")]
    public async Task A_form_carries_data_as_a_json_string(string kind)
    {
        var id = "form-" + kind;
        var fields = new Dictionary<string, string> { ["data"] = new JsonArray(TestSim.Purchase(id)).ToJsonString(), ["access_token"] = "t", ["test_event_code"] = "TEST1" };
        using HttpContent content = kind == "multipart" ? new MultipartFormDataContent() : new FormUrlEncodedContent(fields);
        if (content is MultipartFormDataContent multipart)
        {
            foreach (var (key, value) in fields)
                multipart.Add(new StringContent(value), key);
        }

        using var response = await sim.Http.PostAsync(new Uri($"/v26.0/{TestSim.Dataset}/events", UriKind.Relative), content);

        (await Answer.ReadAsync(response)).Status.ShouldBe(200);
        var stored = (await sim.GetAsync($"/_sim/events?event_id={id}"))["events"]![0]!;
        ((string)stored["test_event_code"]!).ShouldBe("TEST1");
    }

    [Theory]
    [InlineData("v26.0", 200, 0)]
    [InlineData("v24.0", 200, 0)]
    [InlineData("v23.0", 200, 0)]
    [InlineData("v20.0", 400, 2635)]
    [InlineData("v27.0", 400, 2500)]
    [InlineData("v25", 400, 2500)]
    [InlineData("v25.1", 400, 2500)]
    public async Task Versions_are_served_upgraded_or_refused(string version, int status, int code)
    {
        var answer = await sim.SendBodyAsync(Body(TestSim.Purchase()), $"/{version}/{TestSim.Dataset}/events");

        answer.Status.ShouldBe(status, answer.Text);
        if (code != 0)
            answer.Code.ShouldBe(code);
        answer.Headers.Contains("X-Ad-Api-Version-Warning").ShouldBe(version == "v23.0");
    }

    [Fact]
    public async Task An_alias_other_methods_and_an_unversioned_path_are_refused()
    {
        (await sim.SendBodyAsync(Body(TestSim.Purchase()), "/v25.0/my-pixel/events")).Code.ShouldBe(803);
        (await sim.SendBodyAsync(Body(TestSim.Purchase()), $"/{TestSim.Dataset}/events")).Code.ShouldBe(2635);
        using var response = await sim.Http.GetAsync(new Uri($"/v25.0/{TestSim.Dataset}/events", UriKind.Relative));
        var answer = await Answer.ReadAsync(response);
        (answer.Code, answer.Subcode).ShouldBe((100, 33));
    }

    [Theory]
    [InlineData("partner_agent", "thispartneragentistoolong")]
    [InlineData("partner_agent", "1a")]
    [InlineData("appsecret_proof", "abc")]
    public async Task Faulty_parameters_beside_data_are_refused(string key, string value)
    {
        var body = new JsonObject { ["data"] = new JsonArray(TestSim.Purchase()), [key] = value };

        (await sim.SendBodyAsync(body.ToJsonString())).Code.ShouldBe(100);
    }

    [Fact]
    public async Task User_texts_follow_the_caller_s_language()
    {
        var old = TestSim.Purchase();
        old["event_time"] = 1;
        var body = Body(old);

        ((string)(await sim.SendBodyAsync(body)).Error["error_user_title"]!).ShouldBe("Event Timestamp Too Old");
        ((string)(await sim.SendBodyAsync(body, language: "pt-BR")).Error["error_user_title"]!).ShouldBe("Carimbo de data/hora do evento muito antigo");
    }

    [Fact]
    public async Task An_unexpected_key_is_named_with_its_path()
    {
        var odd = TestSim.Purchase();
        odd["consent"] = true;

        var answer = await sim.SendAsync(TestSim.Purchase(), odd);

        ((string)answer.Error["error_user_msg"]!).ShouldBe("Unexpected key \"consent\" on param \"$['data'][1]\".");
    }

    [Fact]
    public async Task Health_and_readiness_answer()
    {
        (await sim.Http.GetStringAsync(new Uri("/health", UriKind.Relative))).ShouldBe("ok");
        (await sim.Http.GetStringAsync(new Uri("/ready", UriKind.Relative))).ShouldBe("ready");
    }
}
