using System.Text;
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
}
