using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TrackHub.Cli.Explaining;
using TrackHub.Integration.Streams;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Explaining;

/// <summary>A receipt leads to its event also where the tables know another place of it. With a log of its own: no role reads what is written here.</summary>
public sealed class ReceiptReaderTests
{
    [Fact]
    public async Task The_receipt_of_a_copy_leads_to_the_event_it_is_a_copy_of()
    {
        await using var broker = await TestMachine.StartBrokerAsync(TestFolder.Next("kafka"));
        await using var host = await TestHost.CreateAsync(new(broker.BootstrapServers, broker.RegistryAddress));
        await host.Services.GetTopicAdmin().ApplyAsync(default);
        var sale = new TrackedEvent
        {
            IngestId = Guid.CreateVersion7().ToString("D"),
            BrandId = "brd_example",
            Kind = EventKind.Sale,
            EventId = "sale",
            EventTime = DateTimeOffset.UnixEpoch,
            ReceivedAt = DateTimeOffset.UnixEpoch,
            Keys = new(),
            Traits = new(),
        };
        var places = new List<RecordCoordinates>();
        for (var copy = 0; copy < 2; copy++)   // by the log, which answered too late, and by the spool
            places.Add(await host.Producer.ProduceAsync(Topics.IngestEvents, "brd_example/kiwify/1", sale, new RecordHeaders().Brand("brd_example"), default));
        var letter = await host.Producer.ProduceAsync(Topics.DeadLetters, "key", StreamTest.Letter(0), new(), default);

        var reader = new ReceiptReader(host.Services.GetRequiredService<IOptions<KafkaOptions>>(), host.Services.GetRequiredService<RecordCodec>());

        foreach (var place in places)
            (await reader.IngestIdAsync(place, default)).ShouldBe(sale.IngestId);
        (await reader.IngestIdAsync(places[1] with { Offset = places[1].Offset + 1 }, default)).ShouldBeNull("nothing lies there yet");
        (await reader.IngestIdAsync(letter, default)).ShouldBeNull("no event");
    }
}
