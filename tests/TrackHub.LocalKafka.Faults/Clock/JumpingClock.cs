namespace TrackHub.LocalKafka.Faults.Clock;

/// <summary>The machine's clock, but its wall time jumps when a test says so. Timers and elapsed time go on, as the kernel's monotonic clock does.</summary>
internal sealed class JumpingClock : TimeProvider
{
    private long _ahead;

    public void Jump(TimeSpan by) => Interlocked.Add(ref _ahead, by.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _ahead));
}
