using System.Diagnostics;
using TrackHub.Platform.Hosting;

namespace TrackHub.Platform.Streams;

/// <summary>Keeps a batch while a dependency is away.</summary>
public static class BatchRetry
{
    /// <summary>How long the attempt at work may go on once the stop is asked for; the host's limit is 8 s.</summary>
    public static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Does the work; while a dependency is away does it again after 0.1 s, doubling to 5 s, and says so in readiness. Other exceptions pass through.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="work">Idempotent work. Its token is cancelled when the batch is revoked, or 5 s after the stop was asked for.</param>
    /// <param name="readiness">Where the lost dependency is reported.</param>
    /// <param name="stoppingToken">The role stops: the attempt at work may finish, no new one begins.</param>
    /// <returns>Done: store the batch. Revoked: do not; what is still owned comes again.</returns>
    public static async Task<BatchOutcome> RetryWhileAwayAsync(
        this RecordBatch batch, Func<RecordBatch, CancellationToken, Task> work, Readiness readiness, CancellationToken stoppingToken)
    {
        var started = readiness.Clock.GetTimestamp();
        using var span = batch.Reader is null ? null : RecordTrace.StartShared("process batch", batch);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(batch.Revoked);
        await using var stop = stoppingToken.Register(() => ended.CancelAfter(StopGrace));
        using var waiting = readiness.Wait();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await work(batch, ended.Token);
                Count(batch, readiness.Clock.GetElapsedTime(started), BatchOutcome.Done);
                return BatchOutcome.Done;
            }
            catch (OperationCanceledException) when (ended.IsCancellationRequested)
            {
                break;
            }
            catch (Exception failure) when (Dependencies.AbsenceOf(failure) is { } absence)
            {
                batch.Reader?.Metrics.Retried(batch.Reader.Value.Group, absence.Dependency);
                waiting.For(absence.Dependency, absence.Reason);
                if (stoppingToken.IsCancellationRequested || !await PauseAsync(pause, readiness.Clock, ended.Token, stoppingToken))
                    break;
            }
        }

        batch.GiveBack();
        span?.SetStatus(ActivityStatusCode.Error, "revoked");
        Count(batch, readiness.Clock.GetElapsedTime(started), BatchOutcome.Revoked);
        return BatchOutcome.Revoked;
    }

    private static void Count(RecordBatch batch, TimeSpan duration, BatchOutcome outcome)
    {
        if (batch.Reader is var (metrics, group))
            metrics.Worked(group, batch, duration, outcome);
    }

    private static async Task<bool> PauseAsync(TimeSpan pause, TimeProvider clock, CancellationToken ended, CancellationToken stoppingToken)
    {
        // Half to full: roles that lost the same dependency do not come back in one wave.
#pragma warning disable CA5394 // Nobody gains from guessing it.
        var jittered = pause * (0.5 + (Random.Shared.NextDouble() / 2));
#pragma warning restore CA5394
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ended, stoppingToken);
        try
        {
            await Task.Delay(jittered, clock, either.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
