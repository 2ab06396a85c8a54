using System.Collections.Concurrent;

namespace TrackHub.Platform.Hosting;

/// <summary>State of one dependency.</summary>
/// <param name="Ready">Whether it serves.</param>
/// <param name="Reason">Why not, or null. One phrase, no personal data.</param>
/// <param name="Since">Since when.</param>
public sealed record DependencyState(bool Ready, string? Reason, DateTimeOffset Since);

/// <summary>What this process's dependencies say. Singleton, thread-safe. A process is ready when every dependency it reported is.</summary>
public sealed class Readiness(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, DependencyState> _states = new();

    /// <summary>The clock its times are of.</summary>
    internal TimeProvider Clock { get; } = clock;

    /// <summary>True when every reported dependency is ready.</summary>
    public bool IsReady => _states.Values.All(static state => state.Ready);

    /// <summary>Every reported dependency.</summary>
    public IReadOnlyDictionary<string, DependencyState> States => _states;

    /// <summary>Reports a dependency: postgres, redis, kafka, directory …</summary>
    /// <returns>True if that changes what was known: the moment to log.</returns>
    public bool Report(string dependency, bool ready, string? reason = null)
    {
        var changed = false;
        _states.AddOrUpdate(
            dependency,
            _ =>
            {
                changed = !ready;
                return new(ready, reason, Clock.GetUtcNow());
            },
            (_, known) =>
            {
                changed = known.Ready != ready;
                return changed || known.Reason != reason ? new(ready, reason, changed ? Clock.GetUtcNow() : known.Since) : known;
            });
        return changed;
    }
}
