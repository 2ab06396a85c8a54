namespace TrackHub.Platform.Hosting;

/// <summary>State of one dependency.</summary>
/// <param name="Ready">Whether it serves.</param>
/// <param name="Reason">Why not, or null. One phrase, no personal data.</param>
/// <param name="Since">Since when.</param>
public sealed record DependencyState(bool Ready, string? Reason, DateTimeOffset Since);

/// <summary>What this process's dependencies say. Singleton, thread-safe. A process is ready when every dependency it reported is, or has a stand-in that is, and no work waits.</summary>
/// <remarks>
/// Two sources: whoever watches a dependency reports it; whoever has work that it refuses waits for it. They are kept apart, for a server that
/// answers may still refuse the work (its disk is full), and one loop's success does not end another's wait.
/// </remarks>
public sealed class Readiness(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, DependencyState> _reports = new(StringComparer.Ordinal);
    private readonly List<Waiting> _waiting = [];
    private readonly Dictionary<string, string> _standIns = new(StringComparer.Ordinal);

    /// <summary>The clock its times are of.</summary>
    internal TimeProvider Clock { get; } = clock;

    /// <summary>True when every reported dependency is ready, or its stand-in, and no work waits for one.</summary>
    public bool IsReady
    {
        get
        {
            lock (_gate)
                return _waiting.Count == 0 && _reports.All(report => report.Value.Ready || HasStandIn(report.Key));
        }
    }

    /// <summary>Every dependency that was reported or is waited for; of a wait and a report the wait.</summary>
    public IReadOnlyDictionary<string, DependencyState> States
    {
        get
        {
            lock (_gate)
            {
                var states = new Dictionary<string, DependencyState>(_reports, StringComparer.Ordinal);
                foreach (var waiting in _waiting)
                    states[waiting.Dependency] = waiting.State;
                return states;
            }
        }
    }

    /// <summary>Reports a dependency: postgres, redis, kafka, directory …</summary>
    /// <returns>True if that changes what was known: the moment to log.</returns>
    public bool Report(string dependency, bool ready, string? reason = null)
    {
        lock (_gate)
        {
            var known = _reports.GetValueOrDefault(dependency);
            var changed = known is null ? !ready : known.Ready != ready;
            _reports[dependency] = new(ready, reason, changed || known is null ? Clock.GetUtcNow() : known.Since);
            return changed;
        }
    }

    /// <summary>From now on the process is ready without one dependency while another is: it stands in. Both are shown as they are.</summary>
    /// <param name="dependency">Which may be away.</param>
    /// <param name="standIn">Which serves in its place, and reports.</param>
    public void StandIn(string dependency, string standIn)
    {
        lock (_gate)
            _standIns[dependency] = standIn;
    }

    /// <summary>A piece of work that may come to wait for dependencies; it waits for none yet.</summary>
    public Waiting Wait() => new(this);

    internal void Set(Waiting waiting, string dependency, string reason)
    {
        lock (_gate)
        {
            var since = waiting.Dependency == dependency ? waiting.State.Since : Clock.GetUtcNow();
            (waiting.Dependency, waiting.State) = (dependency, new(Ready: false, reason, since));

            // The newest answer last, for it is the one to tell.
            _waiting.Remove(waiting);
            _waiting.Add(waiting);
        }
    }

    internal void End(Waiting waiting)
    {
        lock (_gate)
            _waiting.Remove(waiting);
    }

    private bool HasStandIn(string dependency) =>
        _standIns.TryGetValue(dependency, out var standIn) && _reports.TryGetValue(standIn, out var state) && state.Ready;
}

/// <summary>One piece of work in <see cref="Readiness"/>. Dispose it when the work is done or given up.</summary>
public sealed class Waiting : IDisposable
{
    private readonly Readiness _readiness;

    internal Waiting(Readiness readiness) => _readiness = readiness;

    /// <summary>What it waits for; guarded by <see cref="Readiness"/>, as is its state.</summary>
    internal string Dependency { get; set; } = "";

    internal DependencyState State { get; set; } = new(Ready: true, Reason: null, default);

    /// <summary>It waits for this dependency now, and for no other.</summary>
    /// <param name="dependency">Which.</param>
    /// <param name="reason">Why, in one word.</param>
    public void For(string dependency, string reason) => _readiness.Set(this, dependency, reason);

    /// <summary>It waits no more.</summary>
    public void Dispose() => _readiness.End(this);
}
