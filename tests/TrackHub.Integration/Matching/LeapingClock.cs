namespace TrackHub.Integration.Matching;

/// <summary>
/// The system's clock, whose measure of elapsed time can leap: what waits a fixed time in the log is due when it is next looked at. The
/// time of day stays right, so that sales and clicks keep theirs, unless the whole world is moved to a later day.
/// </summary>
internal sealed class LeapingClock : TimeProvider
{
    private long _ahead;
    private long _laterTicks;

    public void Leap(TimeSpan by) => Interlocked.Add(ref _ahead, (long)(by.TotalSeconds * TimestampFrequency));

    /// <summary>Moves the time of day as well: for a world that no other test shares.</summary>
    public void MoveOn(TimeSpan by)
    {
        Leap(by);
        Interlocked.Add(ref _laterTicks, by.Ticks);
    }

    public override long GetTimestamp() => base.GetTimestamp() + Volatile.Read(ref _ahead);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Volatile.Read(ref _laterTicks));
}
