using System.Collections.Concurrent;

namespace TrackHub.Platform.Hosting;

/// <summary>Whether the loops of this process turn. Singleton, thread-safe.</summary>
public sealed class RoleHealth(TimeProvider clock)
{
    /// <summary>A loop that did not turn for so long is taken for dead: longer than any single wait of ours, shorter than a group's patience.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, long> _beats = new();

    /// <summary>Loops that did not turn within <see cref="Patience"/>; empty when the process is live.</summary>
    public IReadOnlyList<string> Stuck =>
        [.. _beats.Where(beat => clock.GetElapsedTime(beat.Value) > Patience).Select(static beat => beat.Key).Order(StringComparer.Ordinal)];

    /// <summary>Says that a loop turned. The first call registers it.</summary>
    public void Beat(string loop) => _beats[loop] = clock.GetTimestamp();

    /// <summary>Says that a loop ended in order.</summary>
    public void Ended(string loop) => _beats.TryRemove(loop, out _);
}
