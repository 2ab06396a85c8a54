using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TrackHub.Dispatch.Lanes;
using TrackHub.Platform.Replaying;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;

namespace TrackHub.Dispatch.Replaying;

/// <summary>Carries out the replays that operators started, one after the other, the oldest first.</summary>
internal sealed partial class ReplayKeeper(
    ReplayJournal journal, ReplayRun run, LaneGates gates, TenantDirectory directory, TimeProvider clock, ILogger<ReplayKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await gates.Loaded.WaitAsync(stoppingToken);
            while (true)
            {
                if (!directory.IsLoaded || !await RunNextAsync(stoppingToken))
                    await Task.Delay(Interval, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is at work goes on from its checkpoint.
        }
    }

    /// <summary>Carries one out; false if there is none, or something is away.</summary>
    private async Task<bool> RunNextAsync(CancellationToken stoppingToken)
    {
        ReplayJob? job = null;
        try
        {
            job = await journal.ClaimAsync(stoppingToken);
            if (job is null)
                return false;

            Log.Begun(logger, job.View.Id, job.View.Topic, job.View.Read, job.View.Records);
            await run.RunAsync(job, stoppingToken);
            Log.Left(logger, job.View.Id, job.Counts.GetValueOrDefault(ReplayVerdict.Send) + job.Counts.GetValueOrDefault(ReplayVerdict.SendLate));
            return true;
        }
        catch (Exception failure) when (Dependencies.IsAway(failure))
        {
            return false;
        }
        finally
        {
            if (job is not null)
                await ReleaseAsync(job);
        }
    }

    /// <summary>So that a restart, in order, need not wait for the lease.</summary>
    private async Task ReleaseAsync(ReplayJob job)
    {
        using var limit = new CancellationTokenSource(Interval, clock);
        try
        {
            await journal.ReleaseAsync(job, limit.Token);
        }
        catch (Exception failure) when (Dependencies.IsAway(failure) || failure is OperationCanceledException)
        {
            // It runs out by itself.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(5005, LogLevel.Information, "Replay {Replay} of {Topic} goes on at {Read} of {Records} records")]
        public static partial void Begun(ILogger logger, Guid replay, string topic, long read, long records);

        [LoggerMessage(5006, LogLevel.Information, "Replay {Replay} is done or was cancelled; {Events} events were sent again")]
        public static partial void Left(ILogger logger, Guid replay, long events);
    }
}
