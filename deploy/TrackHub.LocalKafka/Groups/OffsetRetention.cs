using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Groups;

/// <summary>Forgets committed offsets past their retention, and groups of which nothing is left, at a steady interval.</summary>
internal sealed class OffsetRetention : IDisposable
{
    private readonly GroupCoordinator _groups;
    private readonly TimeSpan _retention;
    private readonly CautiousClock _believed;
    private readonly long _startedMs;
    private readonly ITimer _timer;

    public OffsetRetention(GroupCoordinator groups, LocalKafkaOptions options, CautiousClock believed, TimeProvider clock)
    {
        _groups = groups;
        _retention = options.OffsetsRetention;
        _believed = believed;
        _startedMs = clock.GetUtcNow().ToUnixTimeMilliseconds();
        // The first look comes an interval after the start: a broker that was off for long gives members time to come back.
        var interval = options.OffsetsRetentionCheckInterval;
        _timer = clock.CreateTimer(static retention => ((OffsetRetention)retention!).Run(), this, interval, interval);
    }

    public void Dispose() => _timer.Dispose();

    private void Run() => _groups.ForgetExpired(_retention, _startedMs, _believed.GetUtcNow().ToUnixTimeMilliseconds());
}
