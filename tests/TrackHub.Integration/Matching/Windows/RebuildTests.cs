using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Matching.Windows;

/// <summary>Windows longer than the log: what Redis forgot and the log dropped comes from the ledger's tables.</summary>
[Collection(nameof(MatchingWorld))]
public sealed class RebuildTests(MatchingWorld world)
{
    private const string FirstClick = "PAZXh0bgNhZW0Case";

    [Fact]
    public async Task A_click_older_than_the_log_is_found_again_after_redis_forgot_it()
    {
        var brand = await LongWindowBrandAsync();
        var told = new Told(world, brand);
        var session = Told.Unique("s");
        var click = Old(told.Click(Told.Ad(FirstClick), session));
        await world.KeepAsync(click, Old(told.Browser(EventKind.Identify, Told.Mail("antiga@example.com"), session)));
        var (bySession, byEmail) = (told.Sale(session: session), told.Sale(Told.Mail("antiga@example.com")));

        (await world.Redis.AskAsync("FLUSHALL")).ShouldBe("+OK");
        await world.ProduceAsync(bySession);
        await world.ProduceAsync(byEmail);

        foreach (var sale in new[] { bySession, byEmail })
        {
            var conversion = (await world.ConversionsAsync(brand, sale.Sale!.SaleId!)).Single();
            conversion.Click!.EventId.ShouldBe(click.EventId);
            conversion.Click.UtmCampaign.ShouldBe("lancamento");
            conversion.Flags.ShouldBeEmpty();
            conversion.KeysPresent.ShouldContain("fbc", "its user data outlived the day's key");
        }
    }

    [Fact]
    public async Task Records_the_group_was_moved_past_are_in_the_windows_before_a_sale_is_matched()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var session = Told.Unique("s");
        await MatchedAsync(told.Click(session: session));
        var passedOver = told.Click(session: session);

        await world.ReplaceAsync(async () =>
        {
            await world.ProduceAsync(passedOver);
            await Eventually.Holds(() => world.Services.GetRequiredService<GroupAdmin>().ResetAsync(
                ConsumerGroups.MatcherClicks, Topics.TrackEvents.Name, new(Time: null, Offset: long.MaxValue, Shift: null), default));
        });
        await world.ProduceAsync(told.Browser(EventKind.PageView, session: session));

        await MatchedAsync(passedOver, produce: false);

        async Task MatchedAsync(TrackedEvent click, bool produce = true)
        {
            if (produce)
                await world.ProduceAsync(click);
            var sale = told.Sale(session: session);
            await world.ProduceAsync(sale);
            (await world.ConversionsAsync(brand, sale.Sale!.SaleId!)).Single().Click!.EventId.ShouldBe(click.EventId);
        }
    }

    [Fact]
    public async Task Clicks_that_an_instance_of_another_layout_read_beside_this_one_are_found_when_it_is_gone()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        List<TrackedEvent> clicks = [.. Enumerable.Range(0, 24).Select(_ => told.Click(session: Told.Unique("s")))];

        // As far as these windows go, an instance that writes others reads and leaves no trace.
        using (var other = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = world.Services.GetRequiredService<IOptions<KafkaOptions>>().Value.BootstrapServers,
            GroupId = ConsumerGroups.MatcherClicks,
            PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky,
            EnableAutoCommit = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
        }).Build())
        {
            other.Subscribe(Topics.TrackEvents.Name);
            await Eventually.Holds(() => Consumed(other).Count >= 0 && other.Assignment.Count > 0, TimeSpan.FromMinutes(1));
            foreach (var click in clicks)
                await world.ProduceAsync(click);
            var read = new List<TrackedEvent>();
            await Eventually.Holds(() =>
            {
                read.AddRange(Consumed(other));

                // To the end: a record left behind what it read would give the leap away.
                return read.Exists(e => e.BrandId == brand.Id) && other.Assignment.TrueForAll(partition => IsRead(other, partition));
            }, TimeSpan.FromMinutes(1));
            other.Commit();
            other.Close();
        }

        foreach (var click in clicks)
        {
            var sale = told.Sale(session: click.SessionId);
            await world.ProduceAsync(sale);
            var conversion = (await world.ConversionsAsync(brand, sale.Sale!.SaleId!)).Single();
            (conversion.Click?.EventId, conversion.Flags.Count).ShouldBe((click.EventId, 0));
        }

        static bool IsRead(IConsumer<byte[], byte[]> other, TopicPartition partition)
        {
            var (limit, position) = (TimeSpan.FromSeconds(10), other.Position(partition));
            var next = position != Offset.Unset ? position : other.Committed([partition], limit)[0].Offset;
            return Math.Max(0, next.Value) >= other.QueryWatermarkOffsets(partition, limit).High.Value;
        }

        List<TrackedEvent> Consumed(IConsumer<byte[], byte[]> other) =>
            other.Consume(TimeSpan.FromMilliseconds(100)) is { } record ? [world.Codec.Decode<TrackedEvent>(record.Message.Value)] : [];
    }

    private async Task<Brand> LongWindowBrandAsync()
    {
        var brand = await world.NewBrandAsync();
        await world.Services.GetRequiredService<TenantAdmin>().SetBrandAsync(brand.Id, "window_days", "90");
        var directory = world.Services.GetRequiredService<TenantDirectory>();
        await Eventually.Holds(() => directory.Current.Brand(brand.Id)!.Settings.WindowDays == 90);
        return directory.Current.Brand(brand.Id)!;
    }

    /// <summary>Sixty days ago, before this log began.</summary>
    internal static TrackedEvent Old(TrackedEvent tracked)
    {
        var at = tracked.EventTime.AddDays(-60);
        return tracked with { IngestId = Guid.CreateVersion7(at).ToString(), EventTime = at, ReceivedAt = at };
    }
}
