using System.Collections.Concurrent;

namespace TrackHub.Dispatch.Lanes;

/// <summary>All lanes of a consumer, each with its own workers, so that one lane's trouble takes no more than its own share of the calls.</summary>
internal sealed class LaneTable : IAsyncDisposable
{
    private readonly ConcurrentDictionary<LaneId, Lane> _lanes = new();
    private readonly ConcurrentBag<Task> _workers = [];
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CallSlots _slots;
    private readonly LaneGates _gates;
    private readonly DispatchOptions _options;
    private readonly Func<LaneTurn, Task> _dispatch;
    private readonly TimeProvider _clock;
    private readonly CancellationToken _stoppingToken;

    /// <summary>A table without lanes; each comes with its first event.</summary>
    /// <param name="options">Bounds.</param>
    /// <param name="gates">Whether each lane may call.</param>
    /// <param name="dispatch">Sends one batch of a lane; must not throw for what is expected.</param>
    /// <param name="clock">Clock of lingers.</param>
    /// <param name="stoppingToken">No new batch is taken after it; those at work end by themselves.</param>
    public LaneTable(DispatchOptions options, LaneGates gates, Func<LaneTurn, Task> dispatch, TimeProvider clock, CancellationToken stoppingToken)
    {
        (_options, _gates, _dispatch, _clock, _stoppingToken) = (options, gates, dispatch, clock, stoppingToken);
        _slots = new(options.Concurrency);
    }

    /// <summary>Lanes that have had an event.</summary>
    public IReadOnlyCollection<Lane> Lanes => [.. _lanes.Values];

    /// <summary>Fails with the first unexpected exception of a worker; never completes otherwise.</summary>
    public Task Failed => _failed.Task;

    /// <summary>Puts an event into its lane; false when the lane is full.</summary>
    public bool TryAdd(LaneId id, WaitingEvent e)
    {
        // One reader adds, so a lane is made once.
        if (!_lanes.TryGetValue(id, out var lane))
        {
            lane = _lanes[id] = new(_gates.Of(id), _options, _clock);
            for (var i = 0; i < _options.LaneConcurrency; i++)
                _workers.Add(WorkAsync(lane));
        }

        return lane.TryAdd(e);
    }

    /// <summary>Waits for the batches at work.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_workers);
        foreach (var lane in _lanes.Values)
            lane.Dispose();
    }

    private async Task WorkAsync(Lane lane)
    {
        try
        {
            while (!_stoppingToken.IsCancellationRequested)
            {
                var turn = await lane.TakeAsync(_slots, _stoppingToken);
                try
                {
                    await _dispatch(turn);
                }
                finally
                {
                    if (turn.Permit is { } permit)
                    {
                        permit.Leave();
                        _slots.Leave(lane.Id.BrandId);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (_stoppingToken.IsCancellationRequested)
        {
            // What still waits is in the log and comes again.
        }
        catch (Exception failure)
        {
            _failed.TrySetException(failure);
        }
    }
}
