using TrackHub.Dispatch.Claiming;
using TrackHub.Dispatch.Lanes;
using TrackHub.Dispatch.Recording;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Streams;

namespace TrackHub.Dispatch;

/// <summary>An event that leaves the dispatcher, and how.</summary>
/// <param name="Event">The event.</param>
/// <param name="Record">Its outcome, or the copy by which it goes on; null if another record carries it on.</param>
/// <param name="Outcome">For the figures: the row's state, or duplicate, busy, stale, full.</param>
/// <param name="Reason">For the figures, one word.</param>
internal sealed record Leaving(WaitingEvent Event, OutgoingRecord? Record, string Outcome, string Reason)
{
    /// <summary>Dead: its original goes to the dead letters as well.</summary>
    public bool IsDead => Outcome == RegistryState.Dead;

    /// <summary>What follows from the event's row.</summary>
    public static Leaving By(WaitingEvent e, RegistryRow row) => new(e, ResultRecords.Of(e, row), row.State, row.Reason);
}

/// <summary>Makes durable what follows from results, then completes the source records: an offset is stored only when nothing depends on it any more.</summary>
internal sealed class Settlement(RecordProducer producer, DeadLetters deadLetters, Readiness readiness, DispatchMetrics metrics)
{
    /// <summary>Settles events; waits while the log is away.</summary>
    /// <param name="leaving">Events that leave.</param>
    /// <param name="audit">Further records to be durable first.</param>
    /// <param name="lane">Their lane.</param>
    /// <param name="complete">Completes a source record.</param>
    /// <param name="stoppingToken">The role stops: what is not durable then comes again.</param>
    public async Task SettleAsync(
        IReadOnlyList<Leaving> leaving, IReadOnlyList<OutgoingRecord> audit, LaneId lane, Action<StreamRecord> complete, CancellationToken stoppingToken)
    {
        if (leaving.Count == 0 && audit.Count == 0)
            return;

        var records = leaving.Select(static l => l.Record).OfType<OutgoingRecord>().Concat(audit).ToList();
        var done = await WhileAway.RetryAsync(
            leaving.Select(static l => l.Event.Record),
            async token =>
            {
                // The dead letter before the outcome: whoever reads "dead" finds the original.
                foreach (var l in leaving.Where(static l => l.IsDead))
                {
                    await WriteDeadLetterAsync(l, token);
                    FailPoints.Reach(FailPoints.Buried);
                }

                await producer.ProduceAllAsync(records, token);
            },
            readiness,
            stoppingToken);
        if (!done)
            return;

        FailPoints.Reach(FailPoints.Produced);
        foreach (var l in leaving)
        {
            complete(l.Event.Record);
            metrics.Left(lane, l.Outcome, l.Reason);
        }

        FailPoints.Reach(FailPoints.Completed);
    }

    private Task WriteDeadLetterAsync(Leaving l, CancellationToken cancellationToken)
    {
        var ready = l.Event.Ready;
        return deadLetters.WriteAsync(
            l.Event.Record,
            DispatchRole.Name,
            l.Reason,
            $"{ready.EventName} for pixel {ready.PixelId} ended after {ready.Attempt} earlier attempts; dispatch_attempts tells each.",
            new(ready.BrandId, ready.IngestId, ready.EventId),
            cancellationToken);
    }
}
