using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using TrackHub.Cli.DeadLettering;
using TrackHub.Dispatch;
using TrackHub.Dispatch.Redriving;
using TrackHub.Dispatch.Replaying;
using TrackHub.Ingest.Redriving;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Replaying;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Dispatch;

/// <summary>Dead letters that go back where they came from, each once.</summary>
[Collection(nameof(FastWorld))]
public sealed class RedriveTests(FastWorld world) : IAsyncLifetime
{
    private const string Sent = ReplayVerdict.Send;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private IHost _operators = null!;

    private IServiceProvider Services => _operators.Services;

    private LetterTable Table => new(Services.GetRequiredService<NpgsqlDataSource>());

    public async Task InitializeAsync()
    {
        _operators = world.NewHost(static builder =>
        {
            builder.AddReplayDesk();
            builder.AddWebhookRedrive();
        });
        await _operators.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _operators.StopAsync();
        _operators.Dispose();
    }

    [Fact]
    public async Task An_event_that_died_is_sent_once_however_often_its_letter_is_put_back()
    {
        var brand = await world.NewBrandAsync();
        var bad = world.Purchase(brand);
        await world.BehaveAsync(new { match = new { event_id = bad.EventId }, code = 100, subcode = 2804019 });
        await world.SendAsync(bad);
        var row = await LetterAsync(static letter => letter.EventId, bad.EventId);
        await Eventually.Holds(() => world.Outcomes(bad).Count == 1, Patience);
        await world.BehaveAsync(new { match = new { event_id = bad.EventId }, latency_ms = 1 });

        (await RunAsync(row, isTrial: true)).ShouldBe(Sent);
        (await world.RegistryAsync<string>(bad, "state")).ShouldBe("dead");
        (await RunAsync(row)).ShouldBe(Sent);

        await Eventually.Holds(() => world.Outcomes(bad).Count == 2, Patience);
        world.Outcomes(bad).Select(static o => (o.State, o.Revision)).ShouldBe([(OutcomeState.Dead, 1L), (OutcomeState.Delivered, 2L)]);
        (await RunAsync(row)).ShouldBe(LetterRedrive.Already);
        await world.ExecuteAsync("update dead_letter_redrives set done_at = null");   // killed before it was noted
        (await RunAsync(row)).ShouldBe(ReplayVerdict.SkippedDelivered);
        (await world.ArrivedAsync(bad)).ShouldBe((1, 1));
    }

    [Fact]
    public async Task A_redrive_that_was_killed_before_its_copy_is_finished_by_the_next()
    {
        var brand = await world.NewBrandAsync();
        var poor = world.Purchase(brand) with { ValueMinor = null };
        await world.SendAsync(poor);
        var row = await LetterAsync(static letter => letter.EventId, poor.EventId);
        (await RunAsync(row)).ShouldBe(ReplayVerdict.Dead, "it has no value yet, and is not sent to die again");
        await world.ExecuteAsync("update dedupe_registry set state = 'retry', reason = 'replayed', ladder_step = 0, revision = 2, fence = nextval('dispatch_fence') where event_id = $1", poor.EventId);

        (await RunAsync(row)).ShouldBe(Sent);

        await Eventually.Holds(() => world.Outcomes(poor).Any(static o => o.Revision == 2), Patience);
    }

    [Fact]
    public async Task What_the_matcher_gave_up_lies_in_its_topic_again_as_it_was()
    {
        var brand = await world.NewBrandAsync();
        var died = new StreamRecord
        {
            Coordinates = new(Topics.IngestEvents.Name, 3, Random.Shared.NextInt64(1, long.MaxValue)),
            Timestamp = TimeProvider.System.GetUtcNow(),
            Key = Encoding.UTF8.GetBytes($"{brand.BrandId}/kiwify/sale-9"),
            Value = [0, 1, 2, 3],
        };
        await Services.GetRequiredService<DeadLetters>().WriteAsync(died, "matcher", "malformed", "It is cut off.", new(brand.BrandId, null, null), default);
        var row = await LetterAsync(static letter => letter.DeadLetterId, died.Coordinates.ToString());

        (await RunAsync(row)).ShouldBe(Sent);

        var back = (await ReadAsync(Topics.IngestEvents)).Single(record => record.Header("brand") == brand.BrandId);
        (Encoding.UTF8.GetString(back.Key!), Convert.ToHexString(back.Value!)).ShouldBe(($"{brand.BrandId}/kiwify/sale-9", "00010203"));
    }

    [Fact]
    public async Task A_webhook_goes_through_its_gateway_s_mapping_and_stays_if_that_does_not_understand_it()
    {
        var brand = await world.NewBrandAsync();
        var connection = (await world.Services.GetRequiredService<TenantAdmin>().ListConnectionsAsync(brand.BrandId)).ShouldHaveSingleItem();
        await Eventually.Holds(() => Services.GetRequiredService<TenantDirectory>().Current.ConnectionById(connection.Id) is not null, Patience);
        async Task<LetterRow> DeadAsync(byte[] body)
        {
            var ingestId = EventIds.NewIngestId(TimeProvider.System);
            await Services.GetRequiredService<DeadLetters>().WriteWebhookAsync(new(brand.BrandId, "kiwify", connection.Id, ingestId, "application/json", body, "unmapped", "An event nobody knew."), TimeSpan.FromSeconds(30));
            return await LetterAsync(static letter => letter.IngestId, ingestId);
        }

        var (known, unknown) = (await DeadAsync(await File.ReadAllBytesAsync(Path.Combine(TrackHub.Testing.Machine.Root, "ingest/samples/gateways/kiwify/order_approved_card.json"))), await DeadAsync("""{"buyer":"Ana Souza"}"""u8.ToArray()));

        (await RunAsync(known, isTrial: true)).ShouldBe(Sent);
        (await ReadAsync(Topics.IngestEvents)).ShouldNotContain(record => record.Header("brand") == brand.BrandId);
        (await RunAsync(known)).ShouldBe(Sent);
        (await RunAsync(known)).ShouldBe(LetterRedrive.Already);
        (await RunAsync(unknown)).ShouldBe(LetterRedrive.StillUnmapped);

        (await ReadAsync(Topics.IngestEvents)).Count(record => record.Header("brand") == brand.BrandId).ShouldBe(1);
        var letter = await OpenAsync(unknown);
        MaskedText.Of(letter, Services.GetRequiredService<RecordCodec>()).ShouldBe("""{"buyer":"text of 9"}""");
    }

    [Fact]
    public async Task A_redrive_puts_no_more_back_in_a_second_than_it_is_told()
    {
        var (brand, clock) = (await world.NewBrandAsync(), new ManualClock());
        var lost = Enumerable.Range(0, 3).Select(i => new LetterRow
        {
            Id = $"x/0/{i}",
            At = default,
            Role = "matcher",
            Reason = "malformed",
            Detail = "",
            BrandId = brand.BrandId,
            PixelId = null,
            EventId = null,
            IngestId = null,
            Gateway = null,
            Partition = 0,
            Offset = 1_000_000 + i,
            RedrivenAt = null,
        });

        var run = NewRedrive(clock).RunAsync([.. lost], "ana", rate: 2, isTrial: false, told: null, default);
        await Eventually.Holds(() => clock.WaitingTimers == 1);
        clock.Advance(TimeSpan.FromSeconds(0.9));
        run.IsCompleted.ShouldBeFalse("two went in the first second, the third goes in the next");
        clock.Advance(TimeSpan.FromSeconds(0.2));

        (await run).ShouldHaveSingleItem().ShouldBe(new(LetterRedrive.Gone, 3));
    }

    [Fact]
    public async Task What_nobody_can_open_or_own_is_told_and_left()
    {
        var brand = await world.NewBrandAsync();
        var stray = new StreamRecord { Coordinates = new(Topics.IngestEvents.Name, 4, Random.Shared.NextInt64(1, long.MaxValue)), Timestamp = default, Value = [1] };
        await Services.GetRequiredService<DeadLetters>().WriteAsync(stray, "matcher", BrandClaim.Mismatch, "", new(null, null, null), default);
        var row = await LetterAsync(static letter => letter.DeadLetterId, stray.Coordinates.ToString());
        var lost = row with { Id = "x/0/0", Offset = 1_000_000, BrandId = brand.BrandId };

        (await RunAsync(row)).ShouldBe(LetterRedrive.NobodysBrand);
        (await RunAsync(lost)).ShouldBe(LetterRedrive.Gone);
        (await world.Postgres.CreateCommand("select count(*) from dead_letter_redrives where dead_letter_id = 'x/0/0'").ExecuteScalarAsync()).ShouldBe(0L);
    }

    /// <summary>The row of a letter, as the ledger makes it.</summary>
    private async Task<LetterRow> LetterAsync(Func<DeadLetter, string?> of, string value)
    {
        await Eventually.Holds(() => world.Seen<DeadLetter>(Topics.DeadLetters).Any(seen => of(seen.Value) == value), Patience);
        var (record, letter) = world.Seen<DeadLetter>(Topics.DeadLetters).First(seen => of(seen.Value) == value);
        await world.ExecuteAsync(
            """
            insert into dead_letters (dead_letter_id, at, stage, reason, detail, brand_id, topic, partition, "offset") values ($1, $2, $3, $4, '', nullif($5, ''), 'dead-letters', $6, $7)
            """,
            letter.DeadLetterId, letter.At.UtcDateTime, letter.Stage, letter.Reason, letter.BrandId ?? "", record.Coordinates.Partition, record.Coordinates.Offset);
        return (await Table.FindAsync(new([letter.DeadLetterId], null, null, null, null, null, null, null), default)).ShouldHaveSingleItem();
    }

    private async Task<OpenLetter> OpenAsync(LetterRow row)
    {
        await foreach (var letters in Originals.ReadAsync([row], LetterOriginals.Chunk, default))
            return letters.ShouldHaveSingleItem();
        throw new InvalidOperationException("Every letter is given out, were it only as gone.");
    }

    private LetterOriginals Originals => new(
        Services.GetRequiredService<RangeReader>(), Services.GetRequiredService<RecordCodec>(), Services.GetRequiredService<Sealer>(), Services.GetRequiredService<TenantDirectory>());

    private LetterRedrive NewRedrive(TimeProvider clock) => new(
        Table, Originals, Services.GetRequiredService<DispatchRedrive>(),
        async (letter, body, trial) => await Services.GetRequiredService<WebhookRedrive>().TryAsync(letter, body, trial) switch
        {
            WebhookRedriven.Mapped => ReplayVerdict.Send,
            WebhookRedriven.StillUnmapped => LetterRedrive.StillUnmapped,
            _ => LetterRedrive.ConnectionGone,
        },
        Services.GetRequiredService<RecordProducer>(), clock);

    private async Task<string> RunAsync(LetterRow row, bool isTrial = false)
    {
        var rows = await Table.FindAsync(new([row.Id], null, null, null, null, null, null, null), default);
        return (await NewRedrive(TimeProvider.System).RunAsync(rows.Count == 0 ? [row] : rows, "ana", ReplayDesk.UsualRate, isTrial, told: null, default)).ShouldHaveSingleItem().Key;
    }

    private async Task<List<StreamRecord>> ReadAsync(TopicDefinition topic)
    {
        var log = Services.GetRequiredService<RangeReader>();
        var records = new List<StreamRecord>();
        await foreach (var chunk in log.ReadAsync(topic.Name, await log.FindAsync(topic.Name, new(Offset: 0, Time: null), to: null, default), 1_000, default))
            records.AddRange(chunk);
        return records;
    }
}
