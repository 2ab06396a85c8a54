using Microsoft.Extensions.Logging;

namespace TrackHub.Platform.Streams;

/// <summary>Logs dead letters so that an operator acts and a flood of poison does not drown him: the first of each kind at once, the rest as sums.</summary>
internal sealed partial class DeadLetterAlarm(TimeProvider clock, ILogger<DeadLetters> logger)
{
    // Topics, stages and reasons come from the code; more kinds than this are a bug, and then the first serves for all.
    private const int MaxKinds = 256;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Source, string Stage, string Reason), (long LoggedAt, int Since)> _kinds = [];

    /// <summary>Tells of one letter.</summary>
    /// <param name="source">Topic of the record.</param>
    /// <param name="stage">Who gave up.</param>
    /// <param name="reason">Why.</param>
    /// <param name="letter">Id of the letter, by which it is found.</param>
    public void Raise(string source, string stage, string reason, string letter)
    {
        int count;
        lock (_gate)
        {
            var known = _kinds.TryGetValue((source, stage, reason), out var kind);
            if (known && clock.GetElapsedTime(kind.LoggedAt) < Interval)
            {
                _kinds[(source, stage, reason)] = kind with { Since = kind.Since + 1 };
                return;
            }

            count = known ? kind.Since + 1 : 1;
            if (known || _kinds.Count < MaxKinds)
                _kinds[(source, stage, reason)] = (clock.GetTimestamp(), 0);
        }

        Log.DeadLettered(logger, count, source, stage, reason, letter);
    }

    private static partial class Log
    {
        [LoggerMessage(2031, LogLevel.Error,
            "{Count} record(s) of {Source} moved to the dead letters by the {Stage}: {Reason}; the last one is {Letter}. Remedy: see `trackhub tail dead-letters`, mend the writer")]
        public static partial void DeadLettered(ILogger logger, int count, string source, string stage, string reason, string letter);
    }
}
