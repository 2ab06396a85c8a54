using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using TrackHub.Cli;
using TrackHub.Cli.Reading;
using TrackHub.Matching.Replaying;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Integration.Matching;

/// <summary>What the running matcher decided, decided again from the log.</summary>
[Collection(nameof(MatchingWorld))]
public sealed class ShadowReplayTests(MatchingWorld world)
{
    [Fact]
    public async Task A_range_comes_out_as_it_did_live_and_other_rules_tell_what_they_would_change()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var clickId = "th_" + new string('r', 26);
        var (mailed, near) = (Told.Unique("s"), Told.Device("203.0.113.141"));
        TrackedEvent[] sales = [told.Sale(clickId: clickId), told.Sale(Told.Mail("rita@example.com")), told.Sale(near), told.Sale(kind: SaleKind.Refused)];
        foreach (var before in (TrackedEvent[])
            [told.Click(session: Told.Unique("s"), clickId: clickId), told.Click(session: mailed), told.Browser(EventKind.Identify, Told.Mail("rita@example.com"), mailed), told.Click(near, session: Told.Unique("s"))])
            await world.ProduceAsync(before with { EventTime = before.EventTime.AddMinutes(-2), ReceivedAt = before.ReceivedAt.AddSeconds(-9) });
        foreach (var sale in sales)
            await world.ProduceAsync(sale);
        var live = new List<Conversion>();
        foreach (var sale in sales)
            live.AddRange(await world.ConversionsAsync(brand, sale.Sale!.SaleId!));

        var replay = await ReadAsync(brand);
        var present = await replay.DecideAsync(_ => brand.Settings, default);
        var other = await replay.DecideAsync(_ => brand.Settings with { StageOrder = [MatchKey.ClickId], ProbabilisticThreshold = 1 }, default);

        present.Select(static o => (o.SaleId, o.Stage, o.ClickIngestId?.ToString(), o.Reason)).ShouldBe(
            live.Select(static c => (c.SaleId, c.Stage.ToSymbol(), c.Click?.IngestId, c.Reason)), ignoreOrder: true);
        var diff = ShadowDiff.Of(present, other);
        (diff.Orders, diff.MatchedBefore, diff.MatchedAfter).ShouldBe((4, 3, 1));
        diff.Changes.Select(static c => (c.After.SaleId, c.How)).ShouldBe([(sales[1].Sale!.SaleId!, "lost"), (sales[2].Sale!.SaleId!, "lost")], ignoreOrder: true);
        diff.Stages.Select(static s => (s.Stage, s.OrdersBefore, s.OrdersAfter, s.ValueBeforeMinor, s.ValueAfterMinor)).ShouldBe(
            [("deterministic", 2, 1, 39_400, 19_700), ("none", 1, 3, 0, 39_400), ("probabilistic", 1, 0, 19_700, 0)]);
        (await world.Tap.ValuesAsync<Conversion>(Topics.Conversions)).Count(c => c.BrandId == brand.Id).ShouldBe(sales.Length);
    }

    [Fact]
    public async Task A_click_counts_from_the_pass_that_could_know_it()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var (soon, late) = (Told.Unique("s"), Told.Unique("s"));
        TrackedEvent[] sales = [told.Sale(session: soon), told.Sale(session: late)];
        foreach (var sale in sales)
            await world.ProduceAsync(sale);
        await world.ProduceAsync(told.Click(session: soon) with { EventTime = sales[0].EventTime.AddMinutes(-1), ReceivedAt = sales[0].ReceivedAt.AddSeconds(64) });
        await world.ProduceAsync(told.Click(session: late) with { EventTime = sales[1].EventTime.AddMinutes(-1), ReceivedAt = sales[1].ReceivedAt.AddSeconds(66) });

        var decided = await (await ReadAsync(brand)).DecideAsync(_ => brand.Settings, default);

        decided.Single(o => o.SaleId == sales[0].Sale!.SaleId).Reason.ShouldBe("session_id");
        decided.Single(o => o.SaleId == sales[1].Sale!.SaleId).Reason.ShouldBe("no_candidate");
    }

    [Fact]
    public async Task Clicks_that_have_left_the_log_come_from_the_ledgers_tables()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var session = Told.Unique("s");
        var click = Before(told.Click(session: session), TimeSpan.FromHours(30));
        await world.KeepAsync(click);
        await world.KeepAsync(Before(told.Browser(EventKind.Identify, Told.Mail("teresa@example.com"), session), TimeSpan.FromHours(29)));
        await world.KeepAsync(Before(told.Click(session: session), brand.Settings.Window + TimeSpan.FromMinutes(5)));
        TrackedEvent[] sales = [told.Sale(session: session), told.Sale(Told.Mail("teresa@example.com")), told.Sale(Told.Mail("ulisses@example.com"))];
        foreach (var sale in sales)
            await world.ProduceAsync(sale);

        var decided = await (await ReadAsync(brand)).DecideAsync(_ => brand.Settings, default);

        decided.Select(static o => (o.SaleId, o.ClickIngestId?.ToString(), o.Reason)).ShouldBe(
            [(sales[0].Sale!.SaleId!, click.IngestId, "session_id"), (sales[1].Sale!.SaleId!, click.IngestId, "email_via_session"), (sales[2].Sale!.SaleId!, null, "no_candidate")], ignoreOrder: true);
    }

    [Fact]
    public async Task A_range_that_begins_before_the_log_does_is_refused_with_where_to_begin()
    {
        var kafka = world.Services.GetRequiredService<IOptions<KafkaOptions>>().Value;
        var topic = Told.Unique("sales");
        using (var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.BootstrapServers }).Build())
        using (var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = kafka.BootstrapServers }).Build())
        {
            await admin.CreateTopicsAsync([new() { Name = topic, NumPartitions = 1, ReplicationFactor = 1 }]);
            for (byte i = 0; i < 3; i++)
                await producer.ProduceAsync(topic, new() { Value = [i] });
            await admin.DeleteRecordsAsync([new(topic, 0, 2)]);
        }

        using var reader = new TopicReader(kafka);
        var refused = await Should.ThrowAsync<CommandException>(() => FromAsync(1));

        refused.Message.ShouldContain("--from 2");
        (await FromAsync(2)).ShouldHaveSingleItem().Value.ShouldBe(new byte[] { 2 });

        async Task<List<StreamRecord>> FromAsync(long offset)
        {
            var found = new List<StreamRecord>();
            await foreach (var records in reader.ReadAsync(topic, new(new LogPlace(offset, null), To: null, Follow: false, Whole: true), default))
                found.AddRange(records);
            return found;
        }
    }

    private static TrackedEvent Before(TrackedEvent tracked, TimeSpan age)
    {
        var at = tracked.EventTime - age;
        return tracked with { IngestId = Guid.CreateVersion7(at).ToString(), EventTime = at, ReceivedAt = at };
    }

    private Task<ShadowReplay> ReadAsync(Brand brand)
    {
        var range = new TopicRange(new LogPlace(0, null), To: null, Follow: false);
        return ShadowReplay.ReadAsync(world.Codec, [brand], brand.Settings.Window, TopicAsync(Topics.IngestEvents, range), (_, _, _) => TopicAsync(Topics.TrackEvents, range),
            world.Services.GetRequiredService<NpgsqlDataSource>(), default);
    }

    private async IAsyncEnumerable<IReadOnlyList<StreamRecord>> TopicAsync(TopicDefinition topic, TopicRange range)
    {
        using var reader = new TopicReader(world.Services.GetRequiredService<IOptions<KafkaOptions>>().Value);
        await foreach (var records in reader.ReadAsync(topic.Name, range, default))
            yield return records;
    }
}
