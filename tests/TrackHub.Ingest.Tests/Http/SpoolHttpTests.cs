using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json.Nodes;
using TrackHub.Ingest.Spooling;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Ingest.Tests.Http;

public sealed class SpoolHttpTests : IAsyncLifetime
{
    private const string CaktoSecret = "example-cakto-secret-0001";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("trackhub-spool-");
    private IngestServer _server = null!;

    public async Task InitializeAsync() => _server = await StartAsync();

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_sale_is_taken_while_the_log_is_away_and_reaches_it_afterwards()
    {
        _server.Log.IsAway = true;

        var response = await SellAsync("s-1");

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var receipt = await IngestServer.ReadAsync(response);
        receipt.GetProperty("spooled").GetBoolean().ShouldBeTrue();
        receipt.TryGetProperty("topic", out _).ShouldBeFalse();
        _server.Log.FromSpool.ShouldBeEmpty();

        _server.Log.IsAway = false;
        await Eventually.Holds(() => _server.Log.FromSpool.Count is 1);
        var record = _server.Log.FromSpool.Single();
        (record.Topic, record.Key, record.BrandId).ShouldBe(("ingest-events", "brandexample/perfectpay/s-1", "brandexample"));
        AvroCodec.Decode<TrackedEvent>(record.Avro).EventId.ShouldBe(receipt.GetProperty("event_id").GetString());
    }

    [Fact]
    public async Task What_does_not_prove_itself_is_kept_too_and_answered_as_ever()
    {
        _server.Log.IsAway = true;

        foreach (var path in new[] { "perfectpay-path", "nobody" })
            (await SellAsync("s-1", """{"token":"another-token-of-nobody"}""", path)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        _server.Log.IsAway = false;
        await Eventually.Holds(() => _server.Log.FromSpool.Count is 1);
        var record = _server.Log.FromSpool.Single();
        (record.Topic, record.Key, record.BrandId).ShouldBe(("quarantine", "brandexample/perfectpay", "brandexample"));
        AvroCodec.Decode<QuarantinedWebhook>(record.Avro).State.ShouldBe(QuarantineState.Waiting);
    }

    [Fact]
    public async Task Only_the_first_sale_waits_for_a_log_that_is_away()
    {
        _server.Log.IsAway = true;

        for (var n = 0; n < 5; n++)
            (await SellAsync($"s-{n}")).StatusCode.ShouldBe(HttpStatusCode.OK);

        _server.Log.Asked.ShouldBe(1);
        _server.Log.IsAway = false;
        await Eventually.Holds(async () =>
            (await IngestServer.ReadAsync(await SellAsync("s-later"))).TryGetProperty("offset", out _).ShouldBeTrue());
        _server.Log.FromSpool.Select(static record => record.Key).Take(5)
            .ShouldBe(Enumerable.Range(0, 5).Select(static n => $"brandexample/perfectpay/s-{n}"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task While_a_sale_still_waits_for_the_log_it_goes_to_the_disk(bool answersAfterAll)
    {
        var log = _server.Log;
        (log.Slow, log.IsAway) = (new(), true);

        var sale = SellAsync("s-1");
        await Eventually.Holds(() => Gauges()["trackhub.ingest.spool.records"] is 1);
        sale.IsCompleted.ShouldBeFalse("the log's time is not over");
        var slow = log.Slow;
        (log.Slow, log.IsAway) = (null, false);
        slow.SetResult(answersAfterAll ? new("ingest-events", 3, 17) : null);

        var receipt = await IngestServer.ReadAsync(await sale);
        receipt.TryGetProperty("spooled", out _).ShouldBe(!answersAfterAll);
        await Eventually.Holds(() => log.FromSpool.Count is 1 && Gauges()["trackhub.ingest.spool.records"] is 0);
        AvroCodec.Decode<TrackedEvent>(log.FromSpool.Single().Avro).EventId.ShouldBe(receipt.GetProperty("event_id").GetString());
        await Eventually.Holds(async () => (await IngestServer.ReadAsync(await SellAsync("s-2"))).TryGetProperty("offset", out _).ShouldBeTrue());
    }

    [Fact]
    public async Task What_an_ingress_took_the_next_one_brings_to_the_log()
    {
        _server.Log.IsAway = true;
        await SellAsync("s-1");
        await _server.DisposeAsync();

        _server = await StartAsync(_server.World);

        await Eventually.Holds(() => _server.Log.FromSpool.Count is 1);
        await Eventually.Holds(() => Directory.GetFiles(_folder.FullName, "*.spool").Length is 0);
    }

    [Fact]
    public async Task What_cannot_be_mapped_is_spooled_with_its_end()
    {
        _server.Log.IsAway = true;

        var response = await SellAsync("s-1", $$"""{"token":"{{World.PerfectPayToken}}"}""");

        (await IngestServer.ReadAsync(response)).GetProperty("spooled").GetBoolean().ShouldBeTrue();
        _server.Log.IsAway = false;
        await Eventually.Holds(() => _server.Log.FromSpool.Count is 2);
        var (letter, end) = (_server.Log.FromSpool.First(), _server.Log.FromSpool.Last());
        var ingestId = (await IngestServer.ReadAsync(response)).GetProperty("event_id").GetString();
        AvroCodec.Decode<DeadLetter>(letter.Avro).IngestId.ShouldBe(ingestId);
        AvroCodec.Decode<EventOutcome>(end.Avro).IngestId.ShouldBe(ingestId);
    }

    [Fact]
    public async Task A_browser_event_is_not_spooled()
    {
        _server.Log.IsAway = true;

        var response = await _server.TrackAsync("click", """{"session_id":"s-1","url":"https://shop.example.com/"}""");

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        response.Headers.RetryAfter.ShouldNotBeNull();
        Directory.GetFiles(_folder.FullName, "*.spool").ShouldBeEmpty();
    }

    [Fact]
    public async Task Where_neither_log_nor_disk_takes_it_the_answer_is_503_or_none_where_any_would_be_final()
    {
        _server.World.Directory.Publish(World.Snapshot(World.Connection("cakto", CaktoSecret)));
        _server.Log.IsAway = true;
        Directory.Delete(_folder.FullName, recursive: true);

        var response = await SellAsync("s-1");
        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        response.Headers.RetryAfter.ShouldNotBeNull();

        var body = $$"""{"secret":"{{CaktoSecret}}"}""";
        await Should.ThrowAsync<HttpRequestException>(() => _server.Client.PostAsync("/webhooks/cakto/cakto-path", IngestServer.Json(body)));
        await Eventually.Holds(async () => (await _server.Client.GetAsync("/ready")).StatusCode is HttpStatusCode.ServiceUnavailable);
        _folder.Create();
    }

    [Theory]
    [InlineData("eduzz", true)]
    [InlineData("eduzz", false)]
    [InlineData("cakto", true)]
    [InlineData("cakto", false)]
    public async Task Not_even_the_first_that_finds_the_disk_gone_tells_a_known_address_from_an_unknown_one(string gateway, bool logIsAway)
    {
        var answers = new List<string>();
        foreach (var path in new[] { $"{gateway}-path", "nobody" })
        {
            await _server.DisposeAsync();
            _server = await StartAsync();
            _server.World.Directory.Publish(World.Snapshot(World.Connection(gateway, CaktoSecret)));
            _server.Log.IsAway = logIsAway;
            Directory.Delete(_folder.FullName, recursive: true);

            answers.Add(await AnswerAsync($"/webhooks/{gateway}/{path}"));
            _folder.Create();
        }

        answers.ShouldBe(gateway is "cakto" ? ["none", "none"] : ["ServiceUnavailable", "ServiceUnavailable"]);
    }

    [Theory]
    [InlineData("eduzz", "Accepted")]
    [InlineData("cakto", "Unauthorized")]
    public async Task With_room_on_the_disk_the_log_may_be_away(string gateway, string answer)
    {
        _server.World.Directory.Publish(World.Snapshot(World.Connection(gateway, CaktoSecret)));
        _server.Log.IsAway = true;

        foreach (var path in new[] { "nobody", $"{gateway}-path" })
            (await AnswerAsync($"/webhooks/{gateway}/{path}")).ShouldBe(answer);

        _server.Log.IsAway = false;
        await Eventually.Holds(() => _server.Log.FromSpool.Count is 1);
    }

    [Fact]
    public async Task Ready_says_what_waits_and_stays_true()
    {
        _server.Log.IsAway = true;
        await SellAsync("s-1");

        await Eventually.Holds(async () =>
        {
            var ready = await _server.Client.GetAsync("/ready");
            ready.StatusCode.ShouldBe(HttpStatusCode.OK);
            (await IngestServer.ReadAsync(ready)).GetProperty("dependencies").GetProperty("spool").GetProperty("reason").GetString()!.ShouldStartWith("1 records wait");
        });
    }

    [Fact]
    public async Task Gauges_tell_how_much_waits_and_how_long()
    {
        _server.Log.IsAway = true;
        await SellAsync("s-1");
        await SellAsync("s-2");

        ((FixedClock)_server.World.Clock).Passed = TimeSpan.FromSeconds(3);

        var gauges = Gauges();
        gauges["trackhub.ingest.spool.records"].ShouldBe(2);
        using (var segment = SpoolSegment.Recover(Directory.GetFiles(_folder.FullName, "*.spool").Single(), out _).ShouldNotBeNull())
            gauges["trackhub.ingest.spool.size"].ShouldBe(segment.RecordBytes);
        gauges["trackhub.ingest.spool.age"].ShouldBe(3);

        _server.Log.IsAway = false;
        await Eventually.Holds(() => Gauges().Values.All(static value => value is 0));
    }

    private Dictionary<string, double> Gauges()
    {
        var seen = new Dictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == _server.Meters && instrument is ObservableGauge<long> or ObservableGauge<double>)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => seen[instrument.Name] = value);
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => seen[instrument.Name] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return seen;
    }

    private Task<IngestServer> StartAsync(World? world = null) => IngestServer.StartAsync(world ?? new(), ("Ingest:SpoolDirectory", _folder.FullName));

    private async Task<string> AnswerAsync(string address)
    {
        try
        {
            return (await _server.Client.PostAsync(address, IngestServer.Json("""{"secret":"nobody's"}"""))).StatusCode.ToString();
        }
        catch (HttpRequestException)
        {
            return "none";
        }
    }

    private Task<HttpResponseMessage> SellAsync(string saleId, string? body = null, string path = "perfectpay-path")
    {
        var sale = JsonNode.Parse(Samples.Bytes("perfectpay/approved_card.json"))!;
        sale["code"] = saleId;
        return _server.Client.PostAsync($"/webhooks/perfectpay/{path}", IngestServer.Json(body ?? sale.ToJsonString()));
    }
}
