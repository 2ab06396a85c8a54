using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TrackHub.Ingest.Listening;
using TrackHub.Ingest.Spooling;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Ingest;

/// <summary>What went through the spool lies in the log as if it had gone there directly. A broker of the test's own, so not for a real cluster.</summary>
public sealed class SpoolTests
{
    [Fact]
    public async Task Webhooks_taken_while_the_broker_is_away_lie_in_the_log_once_it_is_back()
    {
        var folder = TestFolder.Next("ingest-spool-log");
        var broker = await TestMachine.StartBrokerAsync(folder);
        var (port, registryPort) = (broker.Port, broker.RegistryAddress.Port);
        await using var ingest = await IngestProcess.StartSpoolingAsync(
            new(broker.BootstrapServers, broker.RegistryAddress), TestFolder.Next("ingest-spool"), "perfectpay");
        var brand = ingest.Brands["perfectpay"];
        var address = $"/webhooks/perfectpay/{brand.ConnectionPath}";
        await broker.DisposeAsync();

        var (saleStatus, sale) = await ingest.PostAsync(address, Encoding.UTF8.GetBytes($$"""
            {"token":"{{brand.ConnectionSecret}}","code":"PP0001","sale_amount":197.0,"currency_enum_key":"BRL","sale_status_enum":2,
             "customer":{"email":"comprador@example.com"},"metadata":{"utm_perfect":"th_0000000000000000000000000a"}
            }
            """));
        var (deadStatus, dead) = await ingest.PostAsync(address, Encoding.UTF8.GetBytes($$"""{"token":"{{brand.ConnectionSecret}}","code":"x"}"""));

        (saleStatus, deadStatus).ShouldBe((200, 200));
        sale.GetProperty("spooled").GetBoolean().ShouldBeTrue();
        dead.GetProperty("spooled").GetBoolean().ShouldBeTrue();
        (await ingest.Client.GetAsync("/ready")).IsSuccessStatusCode.ShouldBeTrue();

        await using var again = await TestMachine.StartBrokerAsync(folder, port, registryPort);

        var stored = await ingest.ReadFirstAsync<TrackedEvent>(Topics.IngestEvents);
        stored.Key.ShouldBe($"{brand.BrandId}/perfectpay/PP0001");
        stored.Headers["brand"].ShouldBe(brand.BrandId);
        stored.Record.EventId.ShouldBe(sale.GetProperty("event_id").GetString());
        stored.Record.Sale!.AmountMinor.ShouldBe(19700);
        stored.Record.UserData.ShouldNotBeNull();
        var letter = await ingest.ReadFirstAsync<DeadLetter>(Topics.DeadLetters);
        letter.Record.IngestId.ShouldBe(dead.GetProperty("event_id").GetString());
        Encoding.UTF8.GetString(letter.Record.Original!.Box).ShouldNotContain("code");
        (await ingest.ReadFirstAsync<EventOutcome>(Topics.EventOutcomes)).Record.IngestId.ShouldBe(letter.Record.IngestId);
    }

    [Fact]
    public async Task What_a_former_version_spooled_is_drained_in_the_schema_it_was_written_in()
    {
        await using var broker = await TestMachine.StartBrokerAsync(TestFolder.Next("ingest-spool-log"));
        await using var ingest = await IngestProcess.StartAsync(new(broker.BootstrapServers, broker.RegistryAddress), "perfectpay");
        var brand = ingest.Brands["perfectpay"];
        var former = JsonNode.Parse(Topics.IngestEvents.ValueSchemaJson)!;
        var fields = former["fields"]!.AsArray();
        fields[^1]!["name"]!.GetValue<string>().ShouldBe("user_data", "the last field, which the former version does not know");
        fields.RemoveAt(fields.Count - 1);
        var sale = new TrackedEvent
        {
            IngestId = EventIds.NewIngestId(TimeProvider.System),
            BrandId = brand.BrandId,
            Kind = EventKind.Sale,
            EventId = EventIds.NewBrowserId(),
            EventTime = DateTimeOffset.FromUnixTimeMilliseconds(1_789_000_000_000),
            ReceivedAt = DateTimeOffset.FromUnixTimeMilliseconds(1_789_000_001_000),
            Keys = new(),
            Traits = new(),
        };
        var folder = TestFolder.Next("ingest-spool");
        using (var segment = SpoolSegment.Create(
            Path.Combine(folder, "0000000000000001.spool"), new Dictionary<string, string> { [Topics.IngestEvents.Name] = former.ToJsonString() }))
        {
            // Absent user data is one byte at the end, the union's branch: without it these are the former version's bytes.
            var record = new SpooledRecord(Topics.IngestEvents.Name, "key", brand.BrandId, TraceParent: null, sale.ToAvro()[..^1]);
            var frames = new ArrayBufferWriter<byte>();
            SpoolFrames.Write(frames, SpoolEntry.Seal(ingest.Services.GetRequiredService<Sealer>(), brand.TenantId, TimeProvider.System.GetUtcNow(), record).ToBytes());
            segment.Append(frames.WrittenSpan);
        }

        await using var spool = ActivatorUtilities.CreateInstance<Spool>(ingest.Services, Options.Create(new IngestOptions { SpoolDirectory = folder }));
        using var drain = ActivatorUtilities.CreateInstance<SpoolDrain>(ingest.Services, spool);
        await drain.StartAsync(CancellationToken.None);

        var stored = await ingest.ReadFirstAsync<TrackedEvent>(Topics.IngestEvents);
        stored.Record.ToAvro().ShouldBe(sale.ToAvro());
        stored.Headers["brand"].ShouldBe(brand.BrandId);
        await Eventually.Holds(() => spool.First() is null);
        await drain.StopAsync(CancellationToken.None);
    }
}
