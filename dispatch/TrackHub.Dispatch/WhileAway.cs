using TrackHub.Platform.Hosting;
using TrackHub.Platform.Streams;

namespace TrackHub.Dispatch;

/// <summary>Does one step of a call again while a dependency is away; readiness tells.</summary>
internal static class WhileAway
{
    /// <summary>Does the step until it is done.</summary>
    /// <param name="records">The records it is for; a revocation of theirs does not end the step, for a call that was made must be written down.</param>
    /// <param name="step">Idempotent.</param>
    /// <param name="readiness">Where the lost dependency is reported.</param>
    /// <param name="stoppingToken">The role stops: the attempt at work may finish, no new one begins.</param>
    /// <returns>False if the role stopped first.</returns>
    public static async Task<bool> RetryAsync(
        IEnumerable<StreamRecord> records, Func<CancellationToken, Task> step, Readiness readiness, CancellationToken stoppingToken) =>
        await RecordBatch.Of([.. records]).RetryWhileAwayAsync((_, token) => step(token), readiness, stoppingToken) is BatchOutcome.Done;
}
