using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace TrackHub.Dispatch.Lanes;

/// <summary>The gates of all lanes, made when first asked for. Thread-safe.</summary>
internal sealed class LaneGates(IOptions<DispatchOptions> options, TimeProvider clock)
{
    private readonly ConcurrentDictionary<LaneId, LaneGate> _gates = new();
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly BreakerRules _rules = new(options.Value.BreakerFailures, options.Value.BreakerPause);

    /// <summary>Ends when <see cref="Learn"/> was called once.</summary>
    public Task Loaded => _loaded.Task;

    /// <summary>Every gate so far.</summary>
    public ICollection<LaneGate> All => _gates.Values;

    /// <summary>The gate of a lane.</summary>
    public LaneGate Of(LaneId id) =>
        _gates.GetOrAdd(id, static (lane, self) => new(lane, LaneState.New, self._rules, self._clock), (_rules, _clock: clock));

    /// <summary>Takes over what the database says of lanes.</summary>
    public void Learn(IEnumerable<(LaneId Id, LaneState State)> written)
    {
        foreach (var (id, state) in written)
            _gates.GetOrAdd(id, static (lane, with) => new(lane, with.State, with.Rules, with.Clock), (State: state, Rules: _rules, Clock: clock)).Learn(state);
        _loaded.TrySetResult();
    }
}
