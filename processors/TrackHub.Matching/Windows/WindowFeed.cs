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
    RecordConsumerFactory consumers, EventGate gate, ConsentStore consents, WindowApplier applier, AppliedPositions positions, WindowEpoch epoch, BrowserDispatch dispatch, Readiness readiness, IOptions<MatchingOptions> options, MatchingMetrics metrics)
    : BackgroundService
{
    // The log has let the fetch fill; its records arrive one by one.
    private static readonly TimeSpan Arrival = TimeSpan.FromMilliseconds(2);

    private readonly MatchingOptions _options = options.Value;
    private volatile RecordConsumer? _consumer;

    /// <summary>Partitions it reads now.</summary>
    public IReadOnlyCollection<(string Topic, int Partition)> Owned => _consumer?.Assignment ?? [];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var consumer = consumers.Create(new()
        {
            Group = ConsumerGroups.MatcherClicks,
            Topics = [Topics.TrackEvents],
            Assignor = Assignor.CooperativeSticky,
            FetchLinger = _options.ClickLinger,
        });
        _consumer = consumer;
        await OverlappedBatches.RunAsync(
            consumer, _options.MaxClicks, Arrival,
            async (batch, turn, stopping) =>
            {
                var outcome = await batch.RetryWhileAwayAsync((b, token) => ApplyAsync(b, turn, token), readiness, stopping);
                if (outcome is BatchOutcome.Done)
                    metrics.Applied(batch.Count);
                return outcome;
            },
            stoppingToken);
    }

    private async Task ApplyAsync(RecordBatch batch, BatchTurn turn, CancellationToken cancellationToken)
    {
        var events = await gate.ReadAsync(batch, sales: false, cancellationToken);

        // Consents first: a sale that has passed these records must find them.
        await consents.WriteAsync([.. events.Select(static e => e.Event).Where(static e => e.Kind == EventKind.Consent)], cancellationToken);
        await applier.ApplyAsync([.. events.Select(static e => e.Event)], takesLate: true, cancellationToken);

        // In turn, for a position says that everything below it is applied.
        await turn.ComesAsync(cancellationToken);
        var isWhole = await positions.AdvanceAsync(
            batch.GroupBy(static r => r.Coordinates.Partition).ToDictionary(
                static g => g.Key,
                static g => new AppliedRange(
                    g.Min(static r => r.Coordinates.Offset),
                    new(g.Max(static r => r.Coordinates.Offset) + 1, g.Max(static r => r.Timestamp.ToUnixTimeMilliseconds())))),
            cancellationToken);
        if (!isWhole)
        {
            // Whatever was passed over, the rebuild reads it, and this batch as well; then it is no leap any more.
            await epoch.UnstampAsync(cancellationToken);
            throw new DependencyAwayException(WindowEpoch.Windows, new InvalidOperationException("Records before this batch were not applied."));
        }

        turn.Pass();
        await dispatch.SendAsync(events, cancellationToken);
    }
}
