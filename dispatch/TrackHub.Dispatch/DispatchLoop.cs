using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using TrackHub.Dispatch.Lanes;
using TrackHub.Dispatch.Recording;
using TrackHub.Dispatch.Retrying;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Dispatch;

/// <summary>Feeds the lanes from all <c>capi-*</c> topics.</summary>
/// <remarks>
/// At least once: a record is completed when what follows from it is durable, in any order; the consumer stores the gap-free prefix. One consumer
/// with the range assignor over co-partitioned topics, so that one instance owns a lane shard in all of them. A full lane's records move to
/// <c>capi-hold-*</c> and are not waited for, so that no lane stops the loop; one that flows is full later, so that a mere burst does not go that way.
/// </remarks>
internal sealed class DispatchLoop(
    RecordConsumerFactory consumers, BatchDecoder decoder, DeadLetters deadLetters, RecordProducer producer, RecordGates gates, LaneGates laneGates,
    Dispatcher dispatcher, Settlement settlement, TenantDirectory directory, IOptions<DispatchOptions> options, DispatchMetrics metrics, Readiness readiness,
    TimeProvider clock)
    : BackgroundService
{
    private const int MaxRead = 500;
    private static readonly TimeSpan ReadLinger = TimeSpan.FromMilliseconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!await IsLoadedAsync(stoppingToken))
            return;

        await using var consumer = consumers.Create(new()
        {
            Group = ConsumerGroups.Dispatcher,
            Topics = [Topics.CapiDispatch, Topics.CapiDispatchBulk, .. Topics.CapiRetries, Topics.CapiHold15S, Topics.CapiHold5M],
            Assignor = Assignor.Range,
        });
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        await using var lanes = new LaneTable(
            options.Value, laneGates, turn => dispatcher.DispatchAsync(turn, consumer.Complete, ended.Token), clock, ended.Token);
        metrics.Watch(lanes);
        var reading = ReadAsync(consumer, lanes, ended.Token);
        await Task.WhenAny(reading, lanes.Failed);
        await ended.CancelAsync();
        metrics.Watch(null);
        await reading;
        if (lanes.Failed.IsFaulted)
            await lanes.Failed;
    }

    private async Task ReadAsync(RecordConsumer consumer, LaneTable lanes, CancellationToken stoppingToken)
    {
        await foreach (var batch in consumer.BatchesAsync(MaxRead, ReadLinger, stoppingToken))
        {
            IReadOnlyList<Decoded<DispatchReady>> decoded = [];
            var outcome = await batch.RetryWhileAwayAsync(
                async (records, token) => decoded = await DecodeAsync(records, token), readiness, stoppingToken);
            if (outcome is BatchOutcome.Revoked)
                continue;   // its partitions belong to their next owner

            foreach (var poison in batch.Except(decoded.Select(static d => d.Record)))
                consumer.Complete(poison);

            var arrivedAt = clock.GetTimestamp();
            foreach (var full in AddToLanes(lanes, decoded.Select(d => new WaitingEvent(d.Record, d.Value, arrivedAt, batch.Revoked))))
            {
                var topic = Holds.TopicFor(laneGates.Of(full.Key).ClosedFor);
                await settlement.SettleAsync(
                    [.. full.Select(e => new Leaving(e, ResultRecords.Hold(e, topic), "full", ""))], [], full.Key, consumer.Complete, stoppingToken);
            }
        }
    }

    /// <summary>What can be dispatched; the rest is in the dead letters, durably.</summary>
    private async Task<IReadOnlyList<Decoded<DispatchReady>>> DecodeAsync(RecordBatch records, CancellationToken cancellationToken)
    {
        var events = new List<Decoded<DispatchReady>>(records.Count);
        foreach (var decoded in await decoder.DecodeAsync<DispatchReady>(records, DispatchRole.Name, cancellationToken))
        {
            if (BrandClaim.FaultOf(decoded.Record, decoded.Value.BrandId) is { } mismatch)
                await deadLetters.WriteAsync(decoded.Record, DispatchRole.Name, BrandClaim.Mismatch, mismatch, new(null, null, null), cancellationToken);
            else if (RecordGates.FaultOf(decoded.Value) is { } fault)
                await BuryAsync(decoded, fault, cancellationToken);
            else
                events.Add(decoded);
        }

        return events;
    }

    /// <summary>Keeps the original among the dead letters and ends its event, where it can be named.</summary>
    private async Task BuryAsync(Decoded<DispatchReady> decoded, string fault, CancellationToken cancellationToken)
    {
        await deadLetters.WriteAsync(decoded.Record, DispatchRole.Name, "malformed", fault, cancellationToken);
        if (RecordGates.IsNamed(decoded.Value))
            await producer.ProduceAllAsync([ResultRecords.Malformed(new(decoded.Record, decoded.Value, clock.GetTimestamp(), CancellationToken.None))], cancellationToken);
    }

    private IEnumerable<IGrouping<LaneId, WaitingEvent>> AddToLanes(LaneTable lanes, IEnumerable<WaitingEvent> events) =>
        events
            .Select(e => (Lane: gates.PixelOf(e.Ready) is { } pixel ? new LaneId(pixel.BrandId, pixel.Id) : LaneId.SideTrack, Event: e))
            .Where(placed => !lanes.TryAdd(placed.Lane, placed.Event))
            .GroupBy(static placed => placed.Lane, static placed => placed.Event)
            .ToList();

    private async Task<bool> IsLoadedAsync(CancellationToken stoppingToken)
    {
        try
        {
            // Before its first snapshot every pixel would look gone.
            while (!directory.IsLoaded)
            {
                var changed = directory.ChangedAsync(stoppingToken);
                if (!directory.IsLoaded)
                    await changed;
            }

            // And every breaker closed.
            await laneGates.Loaded.WaitAsync(stoppingToken);
            return true;
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
