namespace TrackHub.Integration.Matching;

/// <summary>
/// The system's clock, whose measure of elapsed time can leap: what waits a fixed time in the log is due when it is next looked at. The
/// time of day stays right, so that sales and clicks keep theirs.
/// </summary>
internal sealed class LeapingClock : TimeProvider
{
    private long _ahead;

    public void Leap(TimeSpan by) => Interlocked.Add(ref _ahead, (long)(by.TotalSeconds * TimestampFrequency));

    public override long GetTimestamp() => base.GetTimestamp() + Volatile.Read(ref _ahead);
}
