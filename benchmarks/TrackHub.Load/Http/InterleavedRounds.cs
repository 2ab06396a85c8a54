using TrackHub.Load.Measuring;
using TrackHub.Load.Setup;

namespace TrackHub.Load.Http;

/// <summary>Measures servers in turns, several rounds for each number of connections, and keeps each one's median round: what else the machine does meets all alike.</summary>
/// <param name="run">The run.</param>
/// <param name="item">What is sent.</param>
/// <param name="targets">The servers.</param>
internal sealed class InterleavedRounds(LoadRun run, string item, IReadOnlyList<MeteredTarget> targets)
{
    private const int Rounds = 3;

    // A start compiles its hot methods anew over some 100,000 items, which an ingress does once and not in every second.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);

    /// <summary>Throughput, over each number of connections of the run; every server is warmed up before, with the most, unless the run wants no warming up.</summary>
    public async Task ClosedAsync(CancellationToken cancellationToken)
    {
        var most = run.Connections.Max();
        foreach (var target in run.Settings.WarmUp > TimeSpan.Zero ? targets : [])
        {
            await run.SayAsync($"{item}s, {most} connection(s), warming up {target.Name}");
            await using var connected = target.Connect(most);
            await run.Generator.WarmUpAsync(connected, most, WarmUp, cancellationToken);
        }

        foreach (var count in run.Connections)
            await AllAsync(LoadMode.Closed, count, rate: null, cancellationToken);
    }

    /// <summary>Latency at one rate.</summary>
    public Task OpenAsync(int count, int rate, CancellationToken cancellationToken) => AllAsync(LoadMode.Open, count, rate, cancellationToken);

    private async Task AllAsync(LoadMode mode, int count, int? rate, CancellationToken cancellationToken)
    {
        var rounds = targets.Select(static _ => new List<Measurement>()).ToList();
        for (var round = 1; round <= Rounds; round++)
        {
            await run.SayAsync($"{item}s, {count} connection(s), {(rate is null ? "throughput" : $"latency at {rate}/s")}, round {round} of {Rounds}");
            for (var i = 0; i < targets.Count; i++)
                rounds[i].Add(await OneAsync(targets[i], mode, count, rate, cancellationToken));
        }

        // The median by what the round is about.
        foreach (var measured in rounds)
            run.Keep(measured.OrderBy(m => mode is LoadMode.Closed ? m.Rate : m.Latency.Percentile(0.99).TotalMilliseconds).ElementAt(Rounds / 2));
    }

    private async Task<Measurement> OneAsync(MeteredTarget target, LoadMode mode, int count, int? rate, CancellationToken cancellationToken)
    {
        await using var connected = target.Connect(count);
        var (items, cpu) = (run.Generator.Used, target.Meter.CpuSeconds);
        var allocated = target.AllocatedAsync is null ? 0 : await target.AllocatedAsync(cancellationToken);
        var measured = mode is LoadMode.Closed
            ? await run.Generator.ClosedAsync(target.Name, connected, count, cancellationToken)
            : await run.Generator.OpenAsync(target.Name, connected, count, cancellationToken, rate);

        // With those of the warm-up, which is the same load.
        var sent = Math.Max(1, run.Generator.Used - items);
        measured.Item = item;
        measured.Cost = new(
            (target.Meter.CpuSeconds - cpu) * 1_000_000 / sent,
            target.AllocatedAsync is null ? null : (await target.AllocatedAsync(cancellationToken) - allocated) / sent,
            target.Meter.ResidentMegabytes);
        return measured;
    }
}
