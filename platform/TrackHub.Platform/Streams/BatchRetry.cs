using TrackHub.Platform.Hosting;

namespace TrackHub.Platform.Streams;

/// <summary>Keeps a batch while a dependency is away.</summary>
public static class BatchRetry
{
    /// <summary>
    /// Does the work; while a dependency is away does it again after 0.1 s, doubling to 5 s, and says so in readiness. Other exceptions pass through.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="work">Idempotent work. Its token is cancelled when the batch is revoked, or a grace of 5 s after the stop was asked for.</param>
    /// <param name="readiness">Where the lost dependency is reported.</param>
    /// <param name="stoppingToken">The role stops: the attempt at work may finish, no new one begins.</param>
    public static Task<BatchOutcome> RetryWhileAwayAsync(
        this RecordBatch batch, Func<RecordBatch, CancellationToken, Task> work, Readiness readiness, CancellationToken stoppingToken) =>
        throw new NotSupportedException("Comes with the next commit.");
}
