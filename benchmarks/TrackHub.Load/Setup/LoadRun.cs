using System.CommandLine;
using TrackHub.Load.Dispatching;
using TrackHub.Load.Figures;
using TrackHub.Load.Matching;
using TrackHub.Load.Measuring;
using TrackHub.Load.Pages;

namespace TrackHub.Load.Setup;

/// <summary>One run of a scenario.</summary>
/// <param name="call">The call.</param>
/// <param name="system">The system.</param>
/// <param name="settings">How hard and how long.</param>
/// <param name="connections">Connection counts.</param>
/// <param name="givenRate">Rate of the open loop as it was asked for; null if it was not.</param>
/// <param name="clock">Paces and measures.</param>
internal sealed class LoadRun(ParseResult call, LoadSystem system, LoadSettings settings, IReadOnlyList<int> connections, int? givenRate, TimeProvider clock)
{
    private readonly List<Measurement> _measurements = [];

    /// <summary>The system.</summary>
    public LoadSystem System => system;

    /// <summary>How hard and how long.</summary>
    public LoadSettings Settings => settings;

    /// <summary>Rate of the open loop as it was asked for; null if it was not.</summary>
    public int? GivenRate => givenRate;

    /// <summary>Told what goes on.</summary>
    public TextWriter Progress => call.InvocationConfiguration.Error;

    /// <summary>Connection counts.</summary>
    public IReadOnlyList<int> Connections => connections;

    /// <summary>Clock.</summary>
    public TimeProvider Clock => clock;

    /// <summary>Puts the load on.</summary>
    public LoadGenerator Generator { get; } = new(settings, clock);

    /// <summary>What was measured.</summary>
    public IReadOnlyList<Measurement> Measurements => _measurements;

    /// <summary>A topic's name of this run.</summary>
    public string TopicName { get; } = $"load-{Guid.NewGuid():N}";

    /// <summary>A brand of this run.</summary>
    public Task<LoadBrand> CreateBrandAsync(CancellationToken cancellationToken) => CreateBrandAsync(system.Ingress, cancellationToken);

    /// <summary>A brand of this run, known to another ingress than the system's.</summary>
    public Task<LoadBrand> CreateBrandAsync(Uri ingress, CancellationToken cancellationToken) =>
        (system with { Ingress = ingress }).CreateBrandAsync(call, clock, cancellationToken);

    /// <summary>An ingress and a broker beside the system.</summary>
    public Task<IngressUnderLoad> StartIngressAsync(CancellationToken cancellationToken) => IngressUnderLoad.StartAsync(call, clock, cancellationToken);

    /// <summary>A matcher and a broker beside the system.</summary>
    /// <param name="windowDays">Length of the brand's window.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<MatchingLab> StartMatchingAsync(int windowDays, CancellationToken cancellationToken) => MatchingLab.StartAsync(call, windowDays, clock, cancellationToken);

    /// <summary>An ingress on a matcher's broker.</summary>
    public Task<RoleProcess> StartIngressAsync(MatchingLab lab, CancellationToken cancellationToken) => lab.StartIngressAsync(call, clock, cancellationToken);

    /// <summary>A matcher, a broker and lanes for a dispatcher beside the system.</summary>
    public Task<DispatchLab> StartDispatchAsync(CancellationToken cancellationToken) => DispatchLab.StartAsync(call, system, clock, cancellationToken);

    /// <summary>A metrics role and a broker beside the system, over a database of their own.</summary>
    public Task<MetricsLab> StartMetricsAsync(CancellationToken cancellationToken) => MetricsLab.StartAsync(call, clock, cancellationToken);

    /// <summary>A console beside the system, over a database of its own.</summary>
    public Task<PagesLab> StartPagesAsync(CancellationToken cancellationToken) => PagesLab.StartAsync(this, call, cancellationToken);

    /// <summary>Says what is measured next.</summary>
    public Task SayAsync(string what) => Progress.WriteLineAsync(what);

    /// <summary>Keeps a measurement for the report.</summary>
    public void Keep(Measurement measurement) => _measurements.Add(measurement);

    /// <summary>Latency at the fixed rate, then throughput: targets side by side for each connection count, so that noise meets all alike.</summary>
    /// <param name="targets">Targets by name, the floor first.</param>
    /// <param name="modes">Ways of offering load; all open loops come first, for what throughput leaves behind would slow them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task MeasureAsync(
        IReadOnlyList<(string Name, Func<int, ILoadTarget> Connect)> targets, IReadOnlyList<LoadMode> modes, CancellationToken cancellationToken)
    {
        foreach (var mode in modes)
        {
            foreach (var count in connections)
            {
                foreach (var (name, connect) in targets)
                {
                    await using var target = connect(count);
                    await MeasureAsync(name, mode, count, () => mode is LoadMode.Open
                        ? Generator.OpenAsync(name, target, count, cancellationToken)
                        : Generator.ClosedAsync(name, target, count, cancellationToken));
                }
            }
        }
    }

    /// <summary>Runs one measurement, says so, and keeps it.</summary>
    public async Task MeasureAsync(string name, LoadMode mode, int count, Func<Task<Measurement>> measureAsync)
    {
        await SayAsync($"{name}: {(mode is LoadMode.Open ? $"latency at {settings.Rate}/s" : "throughput")}, {count} connection(s)");
        Keep(await measureAsync());
    }
}
