using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Ledger;

/// <summary>A role reads what producers of a later and of an earlier version wrote.</summary>
public sealed class SchemaVersionTests : IAsyncLifetime
{
    private LedgerProcess _ledger = null!;

    public async Task InitializeAsync() => _ledger = await LedgerProcess.StartAsync();

    public async Task DisposeAsync() => await _ledger.DisposeAsync();

    [Fact]
    public async Task Record_of_a_later_version_is_written_down_without_what_we_do_not_know()
    {
        var outcome = Outcome();
        var later = EventOutcome.SchemaJson.Replace(
            "\"fields\":[", "\"fields\":[{\"name\":\"region\",\"type\":[\"null\",\"string\"],\"default\":null},", StringComparison.Ordinal);

        // Their first field, a branch and the text "br", then all of ours.
        await ProduceAsync(Topics.EventOutcomes, later, [2, 4, (byte)'b', (byte)'r', .. outcome.ToAvro()]);

        await Eventually.Holds(
            async () => await _ledger.ScalarAsync<string>("select state from event_outcomes where ingest_id = $1", Guid.Parse(outcome.IngestId)) == "recorded",
            TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Record_of_an_earlier_version_is_written_down_with_our_defaults()
    {
        var conversion = Conversion();
        const string LastField = ",{\"name\":\"consent_at\"";
        var earlier = Schemas.Conversion.SchemaJson[..Schemas.Conversion.SchemaJson.IndexOf(LastField, StringComparison.Ordinal)] + "]}";

        // The field they did not have is our last and absent: one byte.
        await ProduceAsync(Topics.Conversions, earlier, conversion.ToAvro()[..^1]);

        await Eventually.Holds(
            async () => await _ledger.ScalarAsync<string>("select sale_id from conversions where ingest_id = $1", Guid.Parse(conversion.IngestId)) == conversion.SaleId,
            TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Record_that_cannot_be_resolved_is_a_dead_letter_that_names_schema_and_field()
    {
        // Registered under another subject, where nothing asks whether it is compatible, and written here all the same.
        var id = await RegisterAsync("elsewhere-value", EventOutcome.SchemaJson.Replace("\"name\":\"brand_id\"", "\"name\":\"shop\"", StringComparison.Ordinal));

        var at = await AppendAsync(Topics.EventOutcomes, id, Outcome().ToAvro());

        await Eventually.Holds(
            async () => await _ledger.ScalarAsync<string>("select reason || ' ' || detail from dead_letters where dead_letter_id = $1", at) is { } said
                && said.StartsWith("schema_unresolvable ", StringComparison.Ordinal) && said.Contains($"schema id {id} ", StringComparison.Ordinal)
                && said.Contains("brand_id: ", StringComparison.Ordinal),
            TimeSpan.FromSeconds(60));
    }

    private Task<int> RegisterAsync(string subject, string schema) =>
        _ledger.Host.Services.GetRequiredService<SchemaRegistryClient>().RegisterAsync(subject, schema, CancellationToken.None);

    private async Task ProduceAsync(TopicDefinition topic, string schema, byte[] record)
    {
        var id = await RegisterAsync(topic.Subject, schema);
        id.ShouldNotBe(await _ledger.Host.Services.GetRequiredService<SchemaIds>().IdOfAsync(topic, CancellationToken.None));

        await AppendAsync(topic, id, record);
    }

    private async Task<string> AppendAsync(TopicDefinition topic, int schemaId, byte[] record)
    {
        var value = new byte[WireFormat.HeaderBytes + record.Length];
        WireFormat.WriteHeader(value, schemaId);
        record.CopyTo(value, WireFormat.HeaderBytes);
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = _ledger.BootstrapServers }).Build();
        var receipt = await producer.ProduceAsync(new TopicPartition(topic.Name, 0), new() { Value = value });
        return $"{topic.Name}/0/{receipt.Offset.Value}";
    }

    private EventOutcome Outcome()
    {
        var sale = _ledger.Event(EventKind.Sale);
        return new() { IngestId = sale.IngestId, BrandId = sale.BrandId, EventId = sale.EventId, Destination = "none", State = OutcomeState.Recorded, Reason = "pending", At = sale.ReceivedAt };
    }

    private Conversion Conversion() => new()
    {
        BrandId = _ledger.Brand.BrandId,
        Gateway = "kiwify",
        SaleId = EventIds.NewBrowserId(),
        Revision = 1,
        IngestId = EventIds.NewIngestId(TimeProvider.System),
        EventId = EventIds.NewBrowserId(),
        EventTime = LedgerProcess.Now,
        ReceivedAt = LedgerProcess.Now,
    };
}
