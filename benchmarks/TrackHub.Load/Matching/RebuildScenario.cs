using TrackHub.Load.Http;
using TrackHub.Load.Measuring;
using TrackHub.Load.Setup;

namespace TrackHub.Load.Matching;

/// <summary>
/// Windows that Redis forgot: how fast a matcher reads them again, from the table <c>clicks</c> and from the log, and what the ingress feels of it, and of a Redis
/// that does not answer.
/// </summary>
internal static class RebuildScenario
{
    private const string Matcher = "matcher";
    private const int Rounds = 3;
    private const int ClicksRate = 15_000;   // the goal: a round reads what it does in the duration asked for
    private const int WindowDays = 90;
    private static readonly TimeSpan OfTheTable = TimeSpan.FromDays(60);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(20);

    /// <summary>Runs it.</summary>
    public static async Task RunAsync(LoadRun run, CancellationToken cancellationToken)
    {
        await using var lab = await run.StartMatchingAsync(WindowDays, cancellationToken);
        await using var ingress = await run.StartIngressAsync(lab, cancellationToken);
        var traffic = new MatchingTraffic(lab.Brand, lab.Made.Run, lab.Services, run.Clock);
        var clicks = Enumerable.Range(0, (int)run.Settings.Count(ClicksRate, run.Settings.Duration)).Select(number => traffic.Click(number)).ToList();

        // First the table: while the log is empty nothing else is read.
        await run.SayAsync($"rebuild: {clicks.Count} clicks into the table");
        await using (var kept = new KeptClicks(lab.Brand, lab.Services))
        {
            await kept.WriteAsync(clicks, OfTheTable, cancellationToken);
            await RoundsAsync(run, lab, "table", cancellationToken);
        }

        await run.SayAsync($"rebuild: {clicks.Count} clicks into the log");
        await traffic.ProduceAsync(clicks, cancellationToken);
        await RoundsAsync(run, lab, "log", cancellationToken);
        await IngressAsync(run, lab, new($"http://127.0.0.1:{ingress.Ports.Ingress}"), cancellationToken);
    }

    /// <summary>Rebuilds behind one that warms up; the median by rate is kept.</summary>
    private static async Task RoundsAsync(LoadRun run, MatchingLab lab, string from, CancellationToken cancellationToken)
    {
        var rounds = new List<IReadOnlyList<Measurement>>();
        for (var round = 0; round <= Rounds; round++)
        {
            await run.SayAsync($"rebuild from the {from}, round {round} of {Rounds}");
            rounds.Add(await RoundAsync(run, lab, from, cancellationToken));
        }

        foreach (var measured in rounds.Skip(1).OrderBy(static r => r[0].Rate).ElementAt(Rounds / 2))
            run.Keep(measured);
    }

    private static async Task<IReadOnlyList<Measurement>> RoundAsync(LoadRun run, MatchingLab lab, string from, CancellationToken cancellationToken)
    {
        (string Name, ProcessMeter Meter)[] processes = [(Matcher, lab.Meter), ("Redis", lab.Redis.Meter), ("broker", lab.BrokerMeter)];
        var cpu = Array.ConvertAll(processes, static p => p.Meter.CpuSeconds);
        var allocated = await lab.AllocatedAsync(cancellationToken);
        var (events, took) = await ReadAsync();
        await RebuildAsync(run, lab, cancellationToken);
        var (eventsNow, tookNow) = await ReadAsync();
        allocated = await lab.AllocatedAsync(cancellationToken) - allocated;
        var (read, elapsed) = ((int)(eventsNow - events), TimeSpan.FromSeconds(tookNow - took));
        return
        [
            .. processes.Select((process, i) =>
            {
                var measured = MatchingScenario.Measured(process.Name, $"rebuild from the {from}", read, elapsed);
                measured.Cost = new((process.Meter.CpuSeconds - cpu[i]) * 1_000_000 / Math.Max(1, read), i == 0 ? allocated / Math.Max(1, read) : null, process.Meter.ResidentMegabytes);
                return measured;
            }),
        ];

        async Task<(double Events, double Seconds)> ReadAsync() => (
            await lab.CountAsync("trackhub_matcher_rebuild_events", $"from=\"{from}\"", cancellationToken),
            await lab.CountAsync("trackhub_matcher_rebuild_duration_seconds_sum", $"from=\"{from}\"", cancellationToken));
    }

    /// <summary>Wipes the windows; complete when they are there again.</summary>
    private static async Task RebuildAsync(LoadRun run, MatchingLab lab, CancellationToken cancellationToken)
    {
        var before = await RebuildsAsync();
        await lab.Redis.ForgetAsync();
        while (await RebuildsAsync() <= before)
            await Task.Delay(AskAgain, run.Clock, cancellationToken);

        Task<double> RebuildsAsync() => lab.CountAsync("trackhub_matcher_rebuild_duration_seconds_count", "from=\"log\"", cancellationToken);
    }

    /// <summary>Latency of clicks over HTTP: as it is, while the windows are being rebuilt again and again, and while Redis stands still.</summary>
    private static async Task IngressAsync(LoadRun run, MatchingLab lab, Uri address, CancellationToken cancellationToken)
    {
        await MeasureAsync("floor: windows whole", static _ => Task.CompletedTask);
        await MeasureAsync("windows rebuilding", async measured =>
        {
            while (!measured.IsCompleted)
                await RebuildAsync(run, lab, cancellationToken);
        });
        await MeasureAsync("Redis silent", _ => lab.Redis.StandStillAsync(run.Settings.WarmUp + run.Settings.Duration));

        async Task MeasureAsync(string name, Func<Task, Task> meanwhileAsync)
        {
            foreach (var count in run.Connections)
            {
                await run.SayAsync($"ingress, {name}: latency at {run.Settings.Rate}/s, {count} connection(s)");
                await using var target = new HttpTarget(address, new TrackRequests(lab.Made), count);
                var measuring = run.Generator.OpenAsync(name, target, count, cancellationToken);
                await meanwhileAsync(measuring);
                var measured = await measuring;
                measured.Item = "click";
                run.Keep(measured);
            }
        }
    }
}
