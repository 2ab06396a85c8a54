using System.Diagnostics;

namespace TrackHub.Dispatch;

/// <summary>
/// Places between the steps of a delivery at which a test lets the process die. Compiled only where <c>FAULTS</c> is defined, in tests/TrackHub.Dispatch.Faults,
/// which builds these sources for itself: the assembly that is shipped holds neither the calls nor what they do.
/// </summary>
internal static class FailPoints
{
    /// <summary>The claim is committed, no call made.</summary>
    public const string Claimed = "claimed";

    /// <summary>Meta answered, nothing written.</summary>
    public const string Called = "called";

    /// <summary>The result is committed, nothing produced.</summary>
    public const string Written = "written";

    /// <summary>What follows is in the log, the record not completed.</summary>
    public const string Produced = "produced";

    /// <summary>The record is completed, its offset not committed.</summary>
    public const string Completed = "completed";

    /// <summary>Of an event that ends dead: its dead letter is in the log, its outcome is not.</summary>
    public const string Buried = "buried";

    /// <summary>Of a replay: rows are taken up and the checkpoint is written, no copy produced.</summary>
    public const string TakenUp = "taken_up";

    /// <summary>Of a replay: the copies are in the log, that they are is not written.</summary>
    public const string Copied = "copied";

    /// <summary>Those of a delivery, in the order of its steps.</summary>
    public static readonly string[] Delivery = [Claimed, Called, Written, Produced, Completed];

    /// <summary>Kills the process, as <c>kill -9</c> does, if this is the point that the environment names.</summary>
    [Conditional("FAULTS")]
    public static void Reach(string point)
    {
#if FAULTS
        if (Environment.GetEnvironmentVariable("TRACKHUB_FAIL_AT") == point)
        {
            using var self = Process.GetCurrentProcess();
            self.Kill();
        }
#endif
    }
}
