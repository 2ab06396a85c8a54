namespace TrackHub.Integration.Matching;

/// <summary>The system's clock, ahead by as much as a test says: what waits for a time of the log waits no longer; timers run as ever.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private long _aheadTicks;

    public TimeSpan Ahead
    {
        get => new(Volatile.Read(ref _aheadTicks));
        set => Volatile.Write(ref _aheadTicks, value.Ticks);
    }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
}
