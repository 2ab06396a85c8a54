using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using TrackHub.Platform.Streams;

namespace TrackHub.Matching.Windows;

/// <summary>
/// Notices records that nobody put into these windows where no later record tells it: the group has committed past the applied position of a partition that is
/// this instance's by now. An instance that writes windows of another layout read them, or the group's offset was moved.
/// </summary>
/// <remarks>An instance commits only what it has applied. A partition of another instance's is left alone: that one may be of another layout, and still reading.</remarks>
internal sealed class PassedOverWatch(
    WindowFeed feed, GroupOffsets group, AppliedPositions positions, WindowEpoch epoch, IOptions<MatchingOptions> options, TimeProvider clock) : BackgroundService
{
    // In checks of Redis. Who waits for it waits for a partition in which nothing happens.
    private const int Interval = 10;

    // A topic made anew may end before what its group once committed: no rebuild would change that.
    private readonly Dictionary<int, long> _told = [];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.CheckInterval * Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await LookWhileThereAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The role stops.
        }
    }

    private async Task LookWhileThereAsync(CancellationToken stoppingToken)
    {
        try
        {
            await LookAsync(stoppingToken);
        }
        catch (Exception e) when (Dependencies.AbsenceOf(e) is not null)
        {
            // Those that work with it report it; the next look is soon.
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var owned = feed.Owned;
        if (epoch.Health != WindowHealth.Complete || owned.Count == 0)
            return;

        // In this order: a position that is read later has not gone back.
        var committed = await group.CommittedAsync(ConsumerGroups.MatcherClicks, cancellationToken);
        var applied = await positions.ReadAsync(cancellationToken);
        var isPassedOver = false;
        foreach (var partition in owned)
        {
            if (!committed.TryGetValue(partition, out var next) || next <= applied.GetValueOrDefault(partition.Partition).NextOffset || _told.GetValueOrDefault(partition.Partition) == next)
                continue;
            _told[partition.Partition] = next;
            isPassedOver = true;
        }

        if (isPassedOver)
            await epoch.UnstampAsync(cancellationToken);
    }
}
