namespace TrackHub.Dispatch.Lanes;

/// <summary>Guards a lane's calls by its <see cref="LaneState"/>. Thread-safe.</summary>
internal sealed class LaneGate(LaneId id, LaneState state, BreakerRules rules, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = NewSignal();
    private LaneState _state = state;
    private long _written = state.Revision;
    private int _calls;

    /// <summary>Which lane.</summary>
    public LaneId Id => id;

    /// <summary>Where it stands.</summary>
    public LaneState State
    {
        get
        {
            lock (_gate)
                return _state;
        }
    }

    /// <summary>Where it stands, if that is not in the database yet; see <see cref="Written"/>.</summary>
    public LaneState? Unwritten
    {
        get
        {
            lock (_gate)
                return _state.Revision > _written ? _state : null;
        }
    }

    /// <summary>What the next call may do, the calls at work considered.</summary>
    public Door Door
    {
        get
        {
            lock (_gate)
                return Ask();
        }
    }

    /// <inheritdoc cref="LaneState.Flows"/>
    public bool Flows => State.Flows(clock.GetUtcNow());

    /// <summary>Time until a closed lane lets a call through.</summary>
    public TimeSpan ClosedFor => State.ClosedFor(clock.GetUtcNow());

    /// <summary>Ends with the next change after a look at <see cref="Door"/> that was made after this was asked for.</summary>
    public Task Changed
    {
        get
        {
            lock (_gate)
                return _changed.Task;
        }
    }

    /// <summary>Lets one call through, if one may go; <see cref="CallPermit.Leave"/> must follow.</summary>
    public CallPermit? TryEnter()
    {
        lock (_gate)
        {
            var door = Ask();
            if (door is not (Door.Open or Door.Narrow or Door.Probe))
                return null;

            if (door is Door.Probe)
                Set(_state.Probing());
            _calls++;
            return new(this, door is Door.Probe, _state.Era);
        }
    }

    /// <summary>Notes that a state is in the database.</summary>
    public void Written(LaneState state)
    {
        lock (_gate)
            _written = Math.Max(_written, state.Revision);
    }

    /// <summary>Takes over what was written since by somebody else: a resume always, another process's state if it is later and nothing is at work here.</summary>
    public void Learn(LaneState written)
    {
        lock (_gate)
        {
            if (written.ResumedAt is { } at && !(at <= _state.ResumedAt))
                Set(_state.Resumed(clock.GetUtcNow()) with { ResumedAt = at, Revision = Math.Max(written.Revision, _state.Revision) + 1 });
            else if (written.Revision > _state.Revision && _calls == 0)
                Set(written with { Era = _state.Era + 1, IsProven = _state.IsProven });
        }
    }

    /// <summary>Whether a permit may be used for another call.</summary>
    internal bool MayGoOn(CallPermit permit, out long era)
    {
        lock (_gate)
        {
            era = _state.Era;
            return _state.Phase is BreakerPhase.HalfOpen
                ? permit.IsProbe && permit.Era == era
                : _state.Ask(clock.GetUtcNow()) is Door.Open or Door.Narrow;
        }
    }

    internal void Report(CallSignal call, long era)
    {
        lock (_gate)
            Set(_state.After(call, era, clock.GetUtcNow(), rules));
    }

    internal void Leave(CallPermit permit)
    {
        lock (_gate)
        {
            _calls--;
            Set(permit.IsProbe && _state.Phase is BreakerPhase.HalfOpen && permit.Era == _state.Era ? _state.ProbeUnused(clock.GetUtcNow()) : _state);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Door Ask() => _state.Ask(clock.GetUtcNow()) is Door.Narrow && _calls > 0 ? Door.Busy : _state.Ask(clock.GetUtcNow());

    private void Set(LaneState next)
    {
        _state = next;
        _changed.TrySetResult();
        _changed = NewSignal();
    }
}

/// <summary>Leave to call once, and again as long as the lane stays as it was. Not thread-safe.</summary>
/// <param name="gate">Who gave it.</param>
/// <param name="isProbe">Whether it is the probe of a half-open breaker.</param>
/// <param name="era">Era in which it was given.</param>
internal sealed class CallPermit(LaneGate gate, bool isProbe, long era)
{
    /// <summary>Whether it is the probe of a half-open breaker: its first call decides.</summary>
    public bool IsProbe => isProbe;

    /// <summary>Era in which the call at work was let through.</summary>
    public long Era { get; private set; } = era;

    /// <summary>Asks again before each call; false once the lane is closed.</summary>
    public bool MayCall()
    {
        if (!gate.MayGoOn(this, out var now))
            return false;
        Era = now;
        return true;
    }

    /// <summary>Tells what came of the call.</summary>
    public void Report(CallSignal call) => gate.Report(call, Era);

    /// <summary>Gives it back.</summary>
    public void Leave() => gate.Leave(this);
}
