using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using TrackHub.Ingest.Listening;
using TrackHub.Ingest.Quarantining;
using TrackHub.Ingest.Spooling;
using TrackHub.Ingest.Tests.Webhooks;
using TrackHub.Ingest.Webhooks;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Tests.Http;

public sealed class QuarantineHttpTests : IAsyncLifetime
{
    private const string Corrected = "corrected-token-0001";
    private const string EduzzSecret = "example-eduzz-secret";
    private const string CaktoSecret = "example-cakto-secret";
    private static readonly byte[] Sale = Samples.Bytes("kiwify/order_approved_card.json");

    private IngestServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await IngestServer.StartAsync(("Ingest:QuarantinePerDay", "3"));
        _server.World.Directory.Publish(World.Snapshot(World.Connection("eduzz", EduzzSecret), World.Connection("cakto", CaktoSecret)));
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_delivery_whose_secret_is_wrong_is_refused_and_kept_sealed()
    {
        (await PostAsync($"kiwify/kiwify-path?signature={Sign(Corrected)}")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        var kept = _server.Log.Quarantined.ShouldHaveSingleItem();
        (kept.State, kept.Reason, kept.ConnectionId, kept.BrandId, kept.Gateway)
            .ShouldBe((QuarantineState.Waiting, "signature_invalid", "con_kiwify-path", World.Brand.Id, "kiwify"));
        kept.ReceivedAt.ShouldBe(World.Now);
        Encoding.UTF8.GetString(kept.ToAvro()).ShouldNotContain("comprador@example.com");
        var delivery = KeptDelivery.Parse(_server.World.Sealer.Open(World.Brand.TenantId, SealPurpose.Quarantine, kept.Delivery!));
        delivery.Body.ShouldBe(Sale);
        delivery.Query["signature"].ShouldBe([Sign(Corrected)]);
        _server.Log.Events.ShouldBeEmpty();
    }

    [Fact]
    public async Task It_is_admitted_once_the_secret_is_right_and_not_before()
    {
        await PostAsync($"kiwify/kiwify-path?signature={Sign(Corrected)}");
        var kept = _server.Log.Quarantined.Single();

        (await Release().TryAsync(kept)).ShouldBe(new ReleaseReport(0, 1, 0));
        _server.Log.Events.ShouldBeEmpty();

        _server.World.Directory.Publish(World.Snapshot(World.Connection("kiwify", Corrected)));
        (await Release().TryAsync(kept)).ShouldBe(new ReleaseReport(1, 0, 0));

        var (_, key, record) = _server.Log.Events.ShouldHaveSingleItem();
        key.ShouldBe("brandexample/kiwify/00000000-0000-4000-8000-000000000001");
        record.ReceivedAt.ShouldBe(kept.ReceivedAt);
        var note = _server.Log.Quarantined.Last();
        (note.QuarantineId, note.State, note.Delivery).ShouldBe((kept.QuarantineId, QuarantineState.Admitted, null));
    }

    [Fact]
    public async Task Nothing_is_kept_for_an_unknown_connection_and_no_more_than_the_quota_for_a_known_one()
    {
        for (var i = 0; i < 5; i++)
        {
            await PostAsync("kiwify/nobody?signature=00");
            (await PostAsync($"kiwify/kiwify-path?signature={Sign(Corrected)}")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        _server.Log.Quarantined.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_log_that_is_away_does_not_change_the_refusal()
    {
        _server.Log.IsAway = true;

        (await PostAsync($"kiwify/kiwify-path?signature={Sign(Corrected)}")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        _server.Log.Quarantined.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_gateway_that_gives_up_on_refusals_is_answered_202_whether_the_connection_is_known_or_not()
    {
        var answers = new List<string>();
        foreach (var path in new[] { "eduzz-path", "nobody" })
        {
            var response = await PostAsync($"eduzz/{path}", "x-signature", new string('0', 64));
            answers.Add($"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        }

        answers.ShouldBe(["""202 {"unproven":true}""", """202 {"unproven":true}"""]);
        _server.Log.Quarantined.ShouldHaveSingleItem().Gateway.ShouldBe("eduzz");

        // A 202 would be the last we hear of this one.
        _server.Log.IsAway = true;
        (await PostAsync("eduzz/eduzz-path", "x-signature", new string('0', 64))).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task A_gateway_that_takes_any_answer_as_final_gets_none_where_an_unproven_delivery_was_kept_nowhere()
    {
        (await PostAsync("cakto/cakto-path")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        _server.Log.Quarantined.ShouldHaveSingleItem().Gateway.ShouldBe("cakto");

        _server.Log.IsAway = true;

        await Should.ThrowAsync<HttpRequestException>(() => PostAsync("cakto/cakto-path"));
    }

    [Theory]
    [InlineData("eduzz")]
    [InlineData("cakto")]
    public async Task While_nothing_is_taken_an_unknown_connection_is_answered_as_a_known_one(string gateway)
    {
        _server.Log.IsAway = true;

        var known = await AnswerAsync($"{gateway}/{gateway}-path");
        (await AnswerAsync($"{gateway}/nobody")).ShouldBe(known);

        _server.Log.IsAway = false;
        known = await AnswerAsync($"{gateway}/{gateway}-path");
        (await AnswerAsync($"{gateway}/nobody")).ShouldBe(known);
        known.ShouldBe(gateway is "eduzz" ? "202" : "401");
    }

    [Fact]
    public async Task A_delivery_whose_day_key_is_gone_is_told_apart()
    {
        await PostAsync($"kiwify/kiwify-path?signature={Sign(Corrected)}");
        var kept = _server.Log.Quarantined.Single();

        (await Release().TryAsync(kept with { Delivery = kept.Delivery! with { KeyId = "day/2020-01-01" } })).ShouldBe(new ReleaseReport(0, 0, 1));
    }

    [Fact]
    public void Every_proof_holds_again_after_the_delivery_was_kept()
    {
        foreach (var vector in Samples.Vectors.Where(static vector => vector.GetProperty("expect").GetString() == "valid"))
        {
            GatewayTable.TryFind(vector.GetProperty("gateway").GetString(), out var gateway).ShouldBeTrue();
            var (webhook, secrets) = SignatureVectors.Read(vector);
            using var kept = KeptDelivery.Parse(KeptDelivery.Of(webhook).ToBytes()).Again();

            gateway.Verify(kept, secrets).ShouldBe(gateway.Verify(webhook, secrets), vector.GetProperty("name").GetString());
            webhook.Dispose();
        }
    }

    private async Task<string> AnswerAsync(string address)
    {
        try
        {
            return $"{(int)(await PostAsync(address)).StatusCode}";
        }
        catch (HttpRequestException)
        {
            return "closed";
        }
    }

    private QuarantineRelease Release()
    {
        var clock = new FixedClock(World.Now.AddDays(1));
        var world = _server.World;
        var spool = new Spool(Options.Create(new IngestOptions()), world.Metrics, clock, NullLogger<Spool>.Instance);
        var log = new SaleLog(_server.Log, spool, world.Sealer, world.Metrics, clock);
        var store = new WebhookStore(new(world.People, world.Metrics), log, world.Metrics, clock, NullLogger<WebhookStore>.Instance);
        return new(_server.World.Directory, _server.World.Sealer, store, _server.Log, clock);
    }

    private Task<HttpResponseMessage> PostAsync(string address, string? header = null, string? value = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/webhooks/" + address) { Content = new ByteArrayContent(Sale) };
        request.Content.Headers.ContentType = new("application/json");
        if (header is not null)
            request.Headers.Add(header, value);
        return _server.Client.SendAsync(request);
    }

    [SuppressMessage("Security", "CA5350", Justification = "The gateway's protocol.")]
    private static string Sign(string token) => Convert.ToHexStringLower(HMACSHA1.HashData(Encoding.UTF8.GetBytes(token), Sale));
}
