using Microsoft.Extensions.Logging;

namespace TrackHub.LocalKafka.Storage;

/// <summary>The wall clock as far as it may be believed by what deletes records and committed offsets by their age.</summary>
/// <remarks>
/// A clock that jumps forward, by a wrong time server or by hand, makes every record old at once; Kafka deletes them then. Here a jump is
/// believed when it has held for an hour, so there is time to set it right; until then time goes on from where it was. A machine that slept
/// is believed as late. Going back deletes nothing and is believed at once. One for all, so that a jump is told once; safe to
/// call from any thread.
/// </remarks>
internal sealed partial class CautiousClock
{
    /// <summary>What a clock may gain on time that passes between two looks: corrections, not jumps.</summary>
    internal static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    /// <summary>How long a jump must hold.</summary>
    internal static readonly TimeSpan Probation = TimeSpan.FromHours(1);

    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Lock _looking = new();
    private readonly long _origin;
    private DateTimeOffset _believedOrigin;   // wall time at _origin
    private long? _jumped;   // when the jump on probation was noticed

    public CautiousClock(TimeProvider clock, ILogger logger)
    {
        (_clock, _logger) = (clock, logger);
        (_origin, _believedOrigin) = (clock.GetTimestamp(), clock.GetUtcNow());
    }

    /// <summary>Now, in believed wall time.</summary>
    public DateTimeOffset GetUtcNow()
    {
        lock (_looking)
        {
            var now = _clock.GetTimestamp();
            var passed = _clock.GetElapsedTime(_origin, now);
            var claimedOrigin = _clock.GetUtcNow() - passed;
            var jump = claimedOrigin - _believedOrigin;
            if (jump <= Tolerance)
            {
                (_believedOrigin, _jumped) = (claimedOrigin, null);
            }
            else if (_jumped is not { } noticed)
            {
                _jumped = now;
                Log.Jumped(_logger, jump, Probation);
            }
            else if (_clock.GetElapsedTime(noticed, now) >= Probation)
            {
                (_believedOrigin, _jumped) = (claimedOrigin, null);
            }

            return _believedOrigin + passed;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(15, LogLevel.Warning,
            "The wall clock jumped forward by {Jump}; for {Probation} nothing is deleted by it. Set it right if it is wrong")]
        public static partial void Jumped(ILogger logger, TimeSpan jump, TimeSpan probation);
    }
}
