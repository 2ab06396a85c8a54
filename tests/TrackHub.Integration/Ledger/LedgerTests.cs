using System.Text;
using Confluent.Kafka;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Ledger;

public sealed class LedgerTests : IAsyncLifetime
{
    private LedgerProcess _ledger = null!;

    public async Task InitializeAsync() => _ledger = await LedgerProcess.StartAsync();

    public async Task DisposeAsync() => await _ledger.DisposeAsync();

    [Fact]
    public async Task A_click_becomes_an_event_a_click_an_identity_and_a_recorded_end()
    {
        var click = _ledger.Event(EventKind.Click, session: "sess-1", email: [1, 2, 3]);

        var receipt = await _ledger.ProduceAsync(Topics.TrackEvents, click);

        await RowsAsync("event_outcomes", click.IngestId, 1);
        (await _ledger.ScalarAsync<string>("select state || '/' || reason || '/' || destination from event_outcomes where ingest_id = $1", Id(click.IngestId))).ShouldBe("recorded/click/none");
        (await _ledger.ScalarAsync<long>("""select "offset" from events where ingest_id = $1 and topic = 'track-events'""", Id(click.IngestId))).ShouldBe(receipt.Offset);
        (await _ledger.ScalarAsync<string>("select traits->>'utm_source' from clicks where ingest_id = $1", Id(click.IngestId))).ShouldBe("FB");
        (await _ledger.ScalarAsync<string>("select index_kind from identities where brand_id = $1 and session_id = 'sess-1'", click.BrandId)).ShouldBe("email");
    }

    [Fact]
    public async Task A_record_at_two_offsets_is_one_row()
    {
        var conversion = Conversion();
        var outcome = Outcome();

        for (var i = 0; i < 2; i++)
        {
            await _ledger.ProduceAsync(Topics.Conversions, conversion);
            await _ledger.ProduceAsync(Topics.EventOutcomes, outcome);
        }

        await CaughtUpAsync(Topics.Conversions, 2);
        await CaughtUpAsync(Topics.EventOutcomes, 2);
        await RowsAsync("conversions", conversion.IngestId, 1);
        await RowsAsync("event_outcomes", outcome.IngestId, 1);
        (await _ledger.ScalarAsync<string>("select stage || '/' || (click->>'source') from matches where sale_id = $1", conversion.SaleId)).ShouldBe("deterministic/meta");
        (await _ledger.ScalarAsync<string[]>("select flags from conversions where sale_id = $1", conversion.SaleId)).ShouldBe(["clamped_time"]);
    }

    [Fact]
    public async Task A_restart_goes_on_where_PostgreSQL_says()
    {
        var before = _ledger.Event(EventKind.Identify, session: "sess-2");
        await _ledger.ProduceAsync(Topics.TrackEvents, before);
        await RowsAsync("events", before.IngestId, 1);
        await _ledger.StopRoleAsync();
        var meanwhile = _ledger.Event(EventKind.Consent, session: "sess-2");
        await _ledger.ProduceAsync(Topics.TrackEvents, meanwhile);

        await _ledger.StartRoleAsync();

        await RowsAsync("events", meanwhile.IngestId, 1);
        await RowsAsync("events", before.IngestId, 1);
    }

    [Fact]
    public async Task Poison_goes_to_the_dead_letters_and_its_neighbours_go_on()
    {
        using (var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = _ledger.BootstrapServers }).Build())
        {
            var poison = await producer.ProduceAsync(new TopicPartition(Topics.EventOutcomes.Name, 0), new() { Value = Encoding.UTF8.GetBytes("not a record") });
            var neighbour = Outcome();
            await _ledger.ProduceAsync(Topics.EventOutcomes, neighbour);

            await RowsAsync("event_outcomes", neighbour.IngestId, 1);
            await Eventually.Holds(async () => (await _ledger.ScalarAsync<string>(
                "select stage from dead_letters where dead_letter_id = $1", $"event-outcomes/0/{poison.Offset.Value}")) == "ledger");
        }
    }

    [Fact]
    public async Task The_letter_of_a_record_that_the_matcher_reads_first_is_the_matcher_s()
    {
        var mine = Conversion();
        var click = _ledger.Event(EventKind.Click, session: "sess-9");
        var noEvent = await _ledger.Host.Producer.ForwardAsync(
            Topics.TrackEvents, new() { Coordinates = default, Timestamp = default, Key = "key"u8.ToArray(), Value = [1, 2, 3] }, new(), default);
        var othersEvent = await _ledger.Host.Producer.ProduceAsync(Topics.TrackEvents, "otherbrand01/sess", click, new(), default);
        var othersConversion = await _ledger.Host.Producer.ProduceAsync(Topics.Conversions, "otherbrand01/kiwify/sale", mine, new(), default);
        var neighbour = _ledger.Event(EventKind.Click, session: "sess-9");
        await _ledger.Host.Producer.ProduceAsync(Topics.TrackEvents, "key", neighbour, new(), default);

        await RowsAsync("events", neighbour.IngestId, 1);
        await Eventually.Holds(async () => (await LetterAsync(othersConversion.ToString())) == "ledger/brand_mismatch");
        await CaughtUpAsync(Topics.TrackEvents, 3);
        (await LetterAsync(noEvent.ToString())).ShouldBeNull();
        (await LetterAsync(othersEvent.ToString())).ShouldBeNull();
        await RowsAsync("events", click.IngestId, 0);
        await RowsAsync("conversions", mine.IngestId, 0);
    }

    [Fact]
    public async Task What_PostgreSQL_refuses_goes_to_the_dead_letters_and_its_neighbours_are_written()
    {
        await _ledger.StopRoleAsync();
        var (before, after) = (Outcome(), Outcome());
        await _ledger.ProduceAsync(Topics.EventOutcomes, before);
        var nul = await _ledger.ProduceAsync(Topics.EventOutcomes, Outcome() with { EventId = "a\0b" });
        var endless = await _ledger.ProduceAsync(
            Topics.Conversions, Conversion() with { SaleId = Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(6_000)) });
        await _ledger.ProduceAsync(Topics.EventOutcomes, after);

        await _ledger.StartRoleAsync();

        await RowsAsync("event_outcomes", before.IngestId, 1);
        await RowsAsync("event_outcomes", after.IngestId, 1);
        foreach (var refused in new[] { nul, endless })
        {
            await Eventually.Holds(async () => (await _ledger.ScalarAsync<string>(
                "select reason from dead_letters where dead_letter_id = $1", refused.ToString())) == "not_storable");
        }
    }

    [Fact]
    public async Task A_weight_that_is_no_number_in_JSON_is_written_all_the_same()
    {
        var conversion = Conversion() with
        {
            Score = double.NaN,
            Evidence = [new() { Signal = "ip", Result = "hit", Weight = double.NaN }, new() { Signal = "geo", Result = "miss", Weight = double.NegativeInfinity }],
        };

        await _ledger.ProduceAsync(Topics.Conversions, conversion);

        await RowsAsync("conversions", conversion.IngestId, 1);
        (await _ledger.ScalarAsync<string>("select evidence->0->>'weight' || ' ' || (evidence->1->>'weight') from matches where sale_id = $1", conversion.SaleId))
            .ShouldBe("NaN -Infinity");
    }

    [Fact]
    public async Task The_place_of_a_quarantined_delivery_is_that_of_its_bytes()
    {
        await _ledger.StopRoleAsync();
        var waiting = new QuarantinedWebhook
        {
            QuarantineId = EventIds.NewIngestId(TimeProvider.System),
            BrandId = _ledger.Brand.BrandId,
            Gateway = "kiwify",
            ConnectionId = "c1",
            State = QuarantineState.Waiting,
            ReceivedAt = LedgerProcess.Now,
            At = LedgerProcess.Now,
            Reason = "secret_mismatch",
        };
        var place = await _ledger.ProduceAsync(Topics.Quarantine, waiting);
        await _ledger.ProduceAsync(Topics.Quarantine, waiting with { State = QuarantineState.Admitted });

        await _ledger.StartRoleAsync();

        await CaughtUpAsync(Topics.Quarantine, 2);
        (await _ledger.ScalarAsync<long>("""select "offset" from quarantine where quarantine_id = $1 and admitted_at is not null""", Id(waiting.QuarantineId))).ShouldBe(place.Offset);
    }

    private Task<string?> LetterAsync(string source) =>
        _ledger.ScalarAsync<string>("select stage || '/' || reason from dead_letters where dead_letter_id = $1", source);

    private static Guid Id(string ingestId) => Guid.Parse(ingestId);

    private Task RowsAsync(string table, string ingestId, long expected) =>
        Eventually.Holds(async () => await _ledger.ScalarAsync<long>($"select count(*) from {table} where ingest_id = $1", Id(ingestId)) == expected, TimeSpan.FromSeconds(30));

    private Task CaughtUpAsync(TopicDefinition topic, long records) =>
        Eventually.Holds(async () => await _ledger.ScalarAsync<decimal>("select sum(next_offset) from ledger_offsets where topic = $1", topic.Name) >= records, TimeSpan.FromSeconds(30));

    private EventOutcome Outcome()
    {
        var sale = _ledger.Event(EventKind.Sale);
        return new() { IngestId = sale.IngestId, BrandId = sale.BrandId, EventId = sale.EventId, Destination = "none", State = OutcomeState.Recorded, Reason = "pending", At = sale.ReceivedAt };
    }

    private Conversion Conversion()
    {
        var sale = _ledger.Event(EventKind.Sale);
        return new()
        {
            BrandId = sale.BrandId,
            Gateway = "kiwify",
            SaleId = sale.EventId,
            Revision = 1,
            IngestId = sale.IngestId,
            EventId = sale.EventId,
            Kind = SaleKind.Approved,
            State = SaleKind.Approved,
            EventTime = sale.EventTime,
            ReceivedAt = sale.ReceivedAt,
            Stage = MatchStage.Deterministic,
            Score = 1,
            Click = new() { EventId = "click", IngestId = sale.IngestId, Kind = EventKind.Click, EventTime = sale.EventTime, Source = "meta" },
            Evidence = [new() { Signal = "click_id", Result = "hit", Weight = 1 }],
            Flags = ["clamped_time"],
        };
    }
}
