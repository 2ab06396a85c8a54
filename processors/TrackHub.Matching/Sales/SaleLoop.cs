using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using TrackHub.Matching.Windows;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Matching.Sales;

/// <summary>Feeds sales, new and waiting, to the <see cref="SaleMatcher"/>, when the windows have passed their time.</summary>
/// <remarks>
/// At least once: offsets are stored when every record of the batch is persisted. One sale's records lie in one partition number of all
/// three topics, and the range assignor gives that number to one member. Batches overlap, and lock their orders in turn: so a sale is changed in
/// the order of its records all the same.
/// </remarks>
internal sealed class SaleLoop(
    RecordConsumerFactory consumers, EventGate gate, SaleMatcher matcher, AppliedPositions positions, WindowKeeper keeper, Readiness readiness,
    IOptions<MatchingOptions> options, MatchingMetrics metrics, TimeProvider clock)
    : BackgroundService
{
    private static readonly IReadOnlyList<(string, int)> Clicks =
        [.. Enumerable.Range(0, Topics.TrackEvents.Partitions).Select(static p => (Topics.TrackEvents.Name, p))];

    private readonly MatchingOptions _options = options.Value;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var consumer = consumers.Create(new()
        {
            Group = ConsumerGroups.Matcher,
            Topics = [Topics.IngestEvents, Topics.PendingMatch5S, Topics.PendingMatch60S],
            Assignor = Assignor.Range,
        });
        await OverlappedBatches.RunAsync(
            consumer, _options.MaxSales, _options.SaleLinger,
            (batch, turn, stopping) =>
            {
                var started = clock.GetTimestamp();
                return batch.RetryWhileAwayAsync((b, token) => MatchAsync(consumer, b, turn, started, token), readiness, stopping);
            },
            stoppingToken);
    }

    /// <summary>Matches each sale as soon as the windows have passed it; those behind wait, and their partitions with them.</summary>
    private async Task MatchAsync(RecordConsumer consumer, RecordBatch batch, BatchTurn turn, long started, CancellationToken cancellationToken)
    {
        var waiting = (await gate.ReadAsync(batch, sales: true, cancellationToken))
            .ConvertAll(static e => new SaleEvent(e.Record, e.Event, e.Event.Sale!, e.Brand, PassOf(e.Record.Coordinates.Topic)));
        var peek = matcher.PeekAsync(waiting, cancellationToken);
        try
        {
            await MatchAsync(waiting, peek, await WatermarkAsync(consumer, cancellationToken), turn, started, cancellationToken);
        }
        finally
        {
            // Its failure is told by whoever needed it.
            await ((Task)peek).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task MatchAsync(
        List<SaleEvent> sales, Task<SaleMatcher.Peeked> peek, Watermark watermark, BatchTurn turn, long started, CancellationToken cancellationToken)
    {
        var waiting = sales;
        while (waiting.Count > 0)
        {
            if (!keeper.MayMatch(out var incomplete))
                throw new DependencyAwayException(WindowEpoch.Windows, new InvalidOperationException("The windows are not whole."));

            var passed = watermark.Passed(await positions.ReadAsync(cancellationToken));
            var behind = clock.GetElapsedTime(started) >= _options.WatermarkTimeout;
            var ready = behind ? waiting : waiting.FindAll(sale => DueAt(sale.Record) <= passed);
            var left = behind ? [] : waiting.FindAll(sale => DueAt(sale.Record) > passed);
            if (ready.Count == 0)
            {
                await Task.Delay(_options.WatermarkInterval, clock, cancellationToken);
                continue;
            }

            metrics.Waited(clock.GetElapsedTime(started));
            var looked = ready.Count == sales.Count ? await peek : null;
            var flags = Flags(behind && ready.Exists(sale => DueAt(sale.Record) > passed), incomplete);
            await matcher.MatchAsync(ready, looked, flags, !incomplete, turn, isLast: left.Count == 0, cancellationToken);
            waiting = left;
        }
    }

    private static async Task<Watermark> WatermarkAsync(RecordConsumer consumer, CancellationToken cancellationToken) =>
        new((await consumer.EndOffsetsAsync(Clicks, cancellationToken)).ToDictionary(static end => end.Key.Partition, static end => end.Value));

    /// <summary>The time the windows must have passed: when the sale entered the log, or was due again.</summary>
    private static DateTimeOffset DueAt(StreamRecord record) => record.Timestamp + (Topics.Find(record.Coordinates.Topic)?.Delay ?? TimeSpan.Zero);

    private static int PassOf(string topic) =>
        topic == Topics.PendingMatch5S.Name ? 2 : topic == Topics.PendingMatch60S.Name ? SaleEvent.LastPass : 1;

    private static List<string> Flags(bool behind, bool incomplete)
    {
        var flags = new List<string>();
        if (behind)
            flags.Add("clicks_behind");
        if (incomplete)
            flags.Add("windows_incomplete");
        return flags;
    }
}
