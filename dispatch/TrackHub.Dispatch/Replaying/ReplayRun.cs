using Npgsql;
using TrackHub.Dispatch.Recording;
using TrackHub.Platform.Streams;

namespace TrackHub.Dispatch.Replaying;

/// <summary>Carries a replay out: reads beside all groups, judges, takes up, copies.</summary>
/// <remarks>
/// A chunk's rows and its checkpoint are one transaction, which also names the records whose copies are still to be produced: killed behind it, the
/// next one produces those first. A copy made twice is claimed once.
/// </remarks>
internal sealed class ReplayRun(ReplayJournal journal, ReplayReader reader, ReplayJudge judge, RecordProducer producer, NpgsqlDataSource postgres, TimeProvider clock)
{
    private const int MostRecords = 500;

    /// <summary>Goes on with a replay until its range is read, it is cancelled or another has taken it over.</summary>
    /// <exception cref="DependencyAwayException">Something does not answer; whoever claims it next goes on.</exception>
    public async Task RunAsync(ReplayJob job, CancellationToken stoppingToken)
    {
        await FinishAsync(job, stoppingToken);
        if (job.View.State != "running")
            return;

        var dispatcherAt = await judge.DispatcherAtAsync(stoppingToken);
        // No more than a second's, so that a slow replay keeps its lease.
        var most = Math.Clamp(job.View.Rate, 1, MostRecords);
        await foreach (var chunk in reader.ReadAsync(job.View.Topic, job.Left, job.View.BrandId, most, stoppingToken))
        {
            var started = clock.GetTimestamp();
            var judged = await judge.JudgeAsync(chunk.Events, dispatcherAt, stoppingToken);
            if (await journal.CheckpointAsync(job, chunk, judged, stoppingToken) is not { } copies)
                return;
            FailPoints.Reach(FailPoints.TakenUp);
            if (copies.Count > 0)
            {
                await producer.ProduceAllAsync(copies, stoppingToken);
                FailPoints.Reach(FailPoints.Copied);
                await journal.SentAsync(job, stoppingToken);
            }

            var rest = TimeSpan.FromSeconds((double)chunk.Records.Count / job.View.Rate) - clock.GetElapsedTime(started);
            if (rest > TimeSpan.Zero)
                await Task.Delay(rest, clock, stoppingToken);
        }

        await journal.EndAsync(job, stoppingToken);
    }

    /// <summary>Produces what a predecessor took up and may not have produced.</summary>
    private async Task FinishAsync(ReplayJob job, CancellationToken stoppingToken)
    {
        if (job.Sending.Count == 0)
            return;

        var wanted = job.Sending.ToHashSet();
        var ranges = wanted.GroupBy(static place => place.Partition)
            .Select(static group => new LogRange(group.Key, group.Min(static place => place.Offset), group.Max(static place => place.Offset) + 1));
        await foreach (var chunk in reader.ReadAsync(job.View.Topic, [.. ranges], job.View.BrandId, MostRecords, stoppingToken))
        {
            var events = chunk.Events.Where(e => wanted.Contains(e.Record.Coordinates)).ToList();
            var unclaimed = await TakeUp.UnclaimedAsync(postgres, events, stoppingToken);
            await producer.ProduceAllAsync(
                [.. events.Where(e => unclaimed.ContainsKey(e.Key)).Select(e => ResultRecords.Resent(e, unclaimed[e.Key], job.View.Id))], stoppingToken);
        }

        await journal.SentAsync(job, stoppingToken);
    }
}
