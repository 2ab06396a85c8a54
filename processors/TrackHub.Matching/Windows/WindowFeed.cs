using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using TrackHub.Matching.Consents;
using TrackHub.Matching.Dispatching;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Matching.Windows;

/// <summary>Feeds <c>track-events</c> into the windows, its consents into PostgreSQL, and its checkouts and page views to Meta.</summary>
/// <remarks>At least once, every effect idempotent. The applied position moves only when windows and consents hold the batch.</remarks>
internal sealed class WindowFeed(
    RecordConsumerFactory consumers, EventGate gate, ConsentStore consents, WindowApplier applier, AppliedPositions positions, BrowserDispatch dispatch, Readiness readiness, IOptions<MatchingOptions> options, MatchingMetrics metrics)
    : BackgroundService
{
    private readonly MatchingOptions _options = options.Value;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var consumer = consumers.Create(new()
        {
            Group = ConsumerGroups.MatcherClicks,
            Topics = [Topics.TrackEvents],
            Assignor = Assignor.CooperativeSticky,
        });
        await foreach (var batch in consumer.BatchesAsync(_options.MaxClicks, _options.ClickLinger, stoppingToken))
        {
            var outcome = await batch.RetryWhileAwayAsync(ApplyAsync, readiness, stoppingToken);
            if (outcome is BatchOutcome.Revoked)
                continue;

            consumer.Store(batch);
            metrics.Applied(batch.Count);
        }
    }

    private async Task ApplyAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        var events = await gate.ReadAsync(batch, sales: false, cancellationToken);

        // Consents first: a sale that has passed these records must find them.
        await consents.WriteAsync([.. events.Select(static e => e.Event).Where(static e => e.Kind == EventKind.Consent)], cancellationToken);
        await applier.ApplyAsync([.. events.Select(static e => e.Event)], cancellationToken);
        await positions.AdvanceAsync(
            batch.GroupBy(static r => r.Coordinates.Partition).ToDictionary(
                static g => g.Key,
                static g => new AppliedPosition(g.Max(static r => r.Coordinates.Offset) + 1, g.Max(static r => r.Timestamp.ToUnixTimeMilliseconds()))),
            cancellationToken);
        await dispatch.SendAsync(events, cancellationToken);
    }
}
