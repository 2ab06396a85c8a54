using Confluent.Kafka;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Ledger;

/// <summary>A log of every kind that the ledger reads, from both sides of a moment.</summary>
internal sealed class MixedLog(LedgerProcess ledger, DateTimeOffset week)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Tells it, and waits until it is read.</summary>
    public async Task TellAsync()
    {
        SealedBox? person = null;
        await Eventually.Holds(() =>
        {
            person = ledger.Sealer.SealUserData(ledger.Brand.TenantId, new() { Em = [new('a', 64)], Fbp = "fb.1.1.1" }, LedgerProcess.Now);
            return Task.CompletedTask;
        });
        var now = LedgerProcess.Now;
        var sale = ledger.Event(EventKind.Sale);
        await ledger.ProduceAsync(Topics.TrackEvents, Click(now) with { UserData = person });
        await ledger.ProduceAsync(Topics.TrackEvents, ledger.Event(EventKind.InitiateCheckout, "sess-1", [4]) with { UserData = person });
        await ledger.ProduceAsync(Topics.TrackEvents, Click(week.AddDays(-1)));
        await ledger.ProduceAsync(Topics.IngestEvents, sale);
        await ledger.ProduceAsync(Topics.PendingMatch5S, sale);
        await ledger.ProduceAsync(Topics.CapiDispatch, new DispatchReady
        {
            IngestId = sale.IngestId,
            BrandId = sale.BrandId,
            PixelId = ledger.Brand.PixelId,
            EventName = "Purchase",
            EventId = sale.EventId,
            EventTime = now,
            ReceivedAt = now,
        });
        await ledger.ProduceAsync(Topics.EventOutcomes, Outcome(now));
        await ledger.ProduceAsync(Topics.EventOutcomes, Outcome(week.AddDays(-1)));

        // Told before the rebuild's beginning; in the day that it cuts, from both sides; told long ago and let in now; now.
        await ledger.ProduceAsync(Topics.Conversions, Purchase(week.AddHours(-1), week.AddHours(-1)));
        var poison = await PoisonAsync();
        await ledger.ProduceAsync(Topics.Conversions, Purchase(week.AddHours(1), week.AddHours(1)));
        await ledger.ProduceAsync(Topics.Conversions, Purchase(week.AddHours(5), week.AddHours(5)));
        await ledger.ProduceAsync(Topics.Conversions, Purchase(now, week.AddDays(-1)));
        for (var i = 0; i < 3; i++)
            await ledger.ProduceAsync(Topics.Conversions, Purchase(now, now));

        await ledger.ProduceAsync(Topics.DeadLetters, Letter(now));
        await ledger.ProduceAsync(Topics.DeadLetters, Letter(week.AddDays(-1)));
        var waiting = new QuarantinedWebhook
        {
            QuarantineId = NewId(now),
            BrandId = sale.BrandId,
            Gateway = "kiwify",
            ConnectionId = "c1",
            State = QuarantineState.Waiting,
            ReceivedAt = now,
            At = now,
            Reason = "secret_mismatch",
        };
        await ledger.ProduceAsync(Topics.Quarantine, waiting);
        await ledger.ProduceAsync(Topics.Quarantine, waiting with { State = QuarantineState.Admitted });

        await ReadAsync(21);
        await Eventually.Holds(async () =>
        {
            (await ledger.ScalarAsync<long>("select count(*) from dead_letters where dead_letter_id = $1", poison)).ShouldBe(1);
            (await ledger.ScalarAsync<string>("select state from alerts where rule = 'quality'")).ShouldBe("open");
        }, Limit);
    }

    /// <summary>Waits until so many records are read, alerts aside.</summary>
    public Task ReadAsync(int records) => Eventually.Holds(
        async () => (await ledger.ScalarAsync<long>("select coalesce(sum(next_offset), 0)::bigint from ledger_offsets where topic <> 'alerts'")).ShouldBeGreaterThanOrEqualTo(records), Limit);

    private static string NewId(DateTimeOffset at) => EventIds.NewIngestId(new ManualClock(at));

    /// <summary>A click of that moment.</summary>
    public TrackedEvent Click(DateTimeOffset at) => ledger.Event(EventKind.Click, $"sess-{at.Day}", [1, 2, 3]) with { IngestId = NewId(at), EventTime = at, ReceivedAt = at };

    /// <summary>The end of an event of that moment.</summary>
    public EventOutcome Outcome(DateTimeOffset at) => new()
    {
        IngestId = NewId(at),
        BrandId = ledger.Brand.BrandId,
        EventId = EventIds.NewBrowserId(),
        Destination = "none",
        State = OutcomeState.Recorded,
        Reason = "pending",
        At = at,
    };

    private DeadLetter Letter(DateTimeOffset at) => new() { DeadLetterId = $"capi-dispatch/0/{at.Day}", Stage = "dispatcher", Reason = "exhausted", Detail = "", At = at, BrandId = ledger.Brand.BrandId };

    private Conversion Purchase(DateTimeOffset ingestedAt, DateTimeOffset receivedAt) => new()
    {
        BrandId = ledger.Brand.BrandId,
        Gateway = "kiwify",
        SaleId = EventIds.NewBrowserId(),
        Revision = 1,
        IngestId = NewId(ingestedAt),
        EventId = EventIds.NewBrowserId(),
        Kind = SaleKind.Approved,
        State = SaleKind.Approved,
        Purchase = true,
        EventTime = receivedAt,
        ReceivedAt = receivedAt,
        KeysPresent = ["em"],
        Quality = 3,
    };

    private async Task<string> PoisonAsync()
    {
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = ledger.BootstrapServers }).Build();
        var poison = await producer.ProduceAsync(new TopicPartition(Topics.Conversions.Name, 0), new() { Value = "not a record"u8.ToArray() });
        return $"conversions/0/{poison.Offset.Value}";
    }
}
