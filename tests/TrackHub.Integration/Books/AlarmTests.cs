using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Integration.Ledger;
using TrackHub.Ledger.Alarms;
using TrackHub.Platform.Books;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Books;

/// <summary>Roles broken on purpose: a group that moves past a record without doing its work.</summary>
public sealed class AlarmTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private LedgerProcess _ledger = null!;

    public async Task InitializeAsync() => _ledger = await LedgerProcess.StartAsync("--Ledger:AuditInterval=00:00:00.100");

    public async Task DisposeAsync() => await _ledger.DisposeAsync();

    [Fact]
    public async Task A_matcher_that_skips_a_sale_is_noticed_and_its_record_read_again_ends_the_alarm()
    {
        var sale = _ledger.Event(EventKind.Sale);
        var receipt = await _ledger.ProduceAsync(Topics.IngestEvents, sale);
        (await LookAsync()).ShouldSatisfyAllConditions(
            static report => report.Balanced.ShouldBeTrue(),
            static report => report.Brands.Single().InFlight[Journey.Waiting].ShouldBe(1));

        await CommitAsync(ConsumerGroups.Matcher, receipt with { Offset = receipt.Offset + 1 });

        await Eventually.Holds(async () => (await AlertAsync()).ShouldBe("open"), Limit);
        var minute = (await LookAsync()).Minutes.ShouldHaveSingleItem();
        (minute.BrandId, minute.Unaccounted, minute.IngestIds.Single()).ShouldBe((_ledger.Brand.BrandId, 1, Guid.Parse(sale.IngestId)));
        minute.Minute.ShouldBe(new(sale.ReceivedAt.UtcTicks - (sale.ReceivedAt.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero));
        (await _ledger.ScalarAsync<string[]>("select examples from alerts")).ShouldBe([sale.IngestId]);
        (await _ledger.ScalarAsync<string>("select rule || '/' || severity || '/' || value from alerts where brand_id = $1", sale.BrandId)).ShouldBe("conservation/critical/1");
        var lost = (await Audit.DescribeAsync(minute.IngestIds, default)).ShouldHaveSingleItem();
        (lost.EventId, lost.Destination, lost.LastSeen.Single()).ShouldBe((sale.EventId, null, receipt.ToString()));

        await CommitAsync(ConsumerGroups.Matcher, receipt);   // as `groups reset` does

        await Eventually.Holds(async () => (await AlertAsync()).ShouldBe("resolved"), Limit);
        await _ledger.ProduceAsync(Topics.EventOutcomes, Outcome(sale, "none", OutcomeState.Recorded));
        await CommitAsync(ConsumerGroups.Matcher, receipt with { Offset = receipt.Offset + 1 });
        var ended = (await LookAsync()).Brands.Single();
        (ended.Accepted, ended.Ends["recorded"], ended.InFlight.Values.Sum(), ended.Unaccounted).ShouldBe((1, 1, 0, 0));
        (await _ledger.ScalarAsync<long>("select sum(next_offset)::bigint from ledger_offsets where topic = 'alerts'")).ShouldBe(2);
    }

    [Fact]
    public async Task A_dispatcher_that_swallows_one_of_two_pixels_is_noticed_and_a_restart_of_the_ledger_tells_it_once()
    {
        var sale = _ledger.Event(EventKind.Sale);
        var atMatcher = await _ledger.ProduceAsync(Topics.IngestEvents, sale);
        var first = await _ledger.ProduceAsync(Topics.CapiDispatch, Ready(sale, "px_one"));
        var second = await _ledger.ProduceAsync(Topics.CapiDispatch, Ready(sale, "px_two"));
        await CommitAsync(ConsumerGroups.Matcher, atMatcher with { Offset = atMatcher.Offset + 1 });
        (await LookAsync()).Brands.Single().InFlight[Journey.Waiting].ShouldBe(2);

        await _ledger.ProduceAsync(Topics.EventOutcomes, Outcome(sale, "px_one", OutcomeState.Delivered));
        await CommitAsync(ConsumerGroups.Dispatcher, second with { Offset = Math.Max(first.Offset, second.Offset) + 1 });

        await Eventually.Holds(async () => (await AlertAsync()).ShouldBe("open"), Limit);
        var report = await LookAsync();
        (report.Brands.Single().Ends["delivered"], report.Unaccounted).ShouldBe((1, 1));
        (await Audit.DescribeAsync(report.Minutes.Single().IngestIds, default)).Single().Destination.ShouldBe("px_two");

        await _ledger.StopRoleAsync();
        await _ledger.StartRoleAsync();
        await _ledger.ProduceAsync(Topics.CapiHold15S, Ready(sale, "px_two"));   // found again by an operator: it goes on
        await Eventually.Holds(async () => (await AlertAsync()).ShouldBe("resolved"), Limit);
        (await LookAsync()).Brands.Single().InFlight[Journey.Held].ShouldBe(1);
        (await _ledger.ScalarAsync<long>("select sum(next_offset)::bigint from ledger_offsets where topic = 'alerts'")).ShouldBe(2);
    }

    private BookAudit Audit => _ledger.Host.Services.GetRequiredService<BookAudit>();

    private async Task<BookReport> LookAsync()
    {
        var report = await Audit.LookAsync(new(_ledger.Brand.BrandId), Limit, default);
        report.Behind.ShouldBe(0);
        return report;
    }

    private Task<string?> AlertAsync() => _ledger.ScalarAsync<string>("select state from alerts where brand_id = $1 and rule = $2", _ledger.Brand.BrandId, ConservationRule.Name);

    private async Task CommitAsync(string group, RecordCoordinates next)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = _ledger.BootstrapServers,
            GroupId = group,
            EnableAutoCommit = false,
        }).Build();
        await Task.Run(() => consumer.Commit([new TopicPartitionOffset(next.Topic, next.Partition, next.Offset)]));
    }

    private static DispatchReady Ready(TrackedEvent sale, string pixel) => new()
    {
        IngestId = sale.IngestId,
        BrandId = sale.BrandId,
        PixelId = pixel,
        EventName = "Purchase",
        EventId = sale.EventId,
        EventTime = sale.EventTime,
        ReceivedAt = sale.ReceivedAt,
    };

    private static EventOutcome Outcome(TrackedEvent sale, string destination, OutcomeState state) => new()
    {
        IngestId = sale.IngestId,
        BrandId = sale.BrandId,
        EventId = sale.EventId,
        Destination = destination,
        State = state,
        At = sale.ReceivedAt,
    };
}
