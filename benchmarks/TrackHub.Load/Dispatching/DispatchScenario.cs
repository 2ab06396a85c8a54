using TrackHub.Cli;
using TrackHub.Load.Measuring;
using TrackHub.Load.Setup;

namespace TrackHub.Load.Dispatching;

/// <summary>
/// The dispatcher alone, against a simulator that takes 200 ms for each answer, over 20 lanes: how many Purchases of a backlog it delivers, beside itself with one
/// event a request under the same number of calls at once; then how soon after its acknowledgement an event is on the wire, through the matcher.
/// </summary>
/// <remarks>Events lie in the log before a round begins: the dispatcher's process is held meanwhile. A first, smaller round warms up.</remarks>
internal static class DispatchScenario
{
    private const string Batched = "dispatcher";
    private const string OneByOne = "peer: one event a request";
    private const int Rounds = 3;
    private const int WarmUpShare = 4;
    private const int Goal = 5_000;        // a round holds what it does in the duration asked for
    private const int OneByOneGoal = 80;   // half of what it does: its round need not be longer
    private const int MostEvents = 1_000;
    private static readonly TimeSpan RoundLimit = TimeSpan.FromMinutes(5);

    // Time counts from the acknowledgement: ten events each 5 ms are as good as one each half, and the generator takes less of the processors.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(50);

    /// <summary>Runs it.</summary>
    public static async Task RunAsync(LoadRun run, CancellationToken cancellationToken)
    {
        await using var lab = await run.StartDispatchAsync(cancellationToken);
        var events = new ReadyEvents(lab, run.Clock);

        await run.SayAsync("dispatch, one event a request");
        await using (var dispatcher = await lab.StartDispatcherAsync(mostEvents: 1, run.Clock, cancellationToken))
        {
            await RoundAsync(run, dispatcher, events, OneByOne, OneByOneGoal, WarmUpShare, cancellationToken);
            run.Keep(await RoundAsync(run, dispatcher, events, OneByOne, OneByOneGoal, 1, cancellationToken));
        }

        await using (var dispatcher = await lab.StartDispatcherAsync(MostEvents, run.Clock, cancellationToken))
        {
            var rounds = new List<Measurement>();
            for (var round = 0; round <= Rounds; round++)
            {
                await run.SayAsync($"dispatch, round {round} of {Rounds}");
                rounds.Add(await RoundAsync(run, dispatcher, events, Batched, Goal, round == 0 ? WarmUpShare : 1, cancellationToken));
            }

            run.Keep(rounds.Skip(1).OrderBy(static m => m.Rate).ElementAt(Rounds / 2));
            await MeasureLatencyAsync(run, lab, dispatcher, cancellationToken);
        }
    }

    private static async Task<Measurement> RoundAsync(
        LoadRun run, RoleProcess dispatcher, ReadyEvents events, string name, int goal, int share, CancellationToken cancellationToken)
    {
        var count = Math.Max(1, run.Settings.Count(goal, run.Settings.Duration) / share);
        var before = await DispatcherFigures.ReadAsync(dispatcher, cancellationToken);
        long started;
        await using (await HeldProcess.HoldAsync(dispatcher.ProcessId, cancellationToken))
        {
            await events.ProduceAsync(count, cancellationToken);
            started = run.Clock.GetTimestamp();
        }

        while (await DispatcherFigures.DeliveredAsync(dispatcher, cancellationToken) - before.Delivered < count)
        {
            if (run.Clock.GetElapsedTime(started) > RoundLimit)
                throw new CommandException($"The dispatcher has not delivered {count} events within {RoundLimit.TotalMinutes:0} minutes: the machine is too busy to be measured.");
            await Task.Delay(AskAgain, run.Clock, cancellationToken);
        }

        var elapsed = run.Clock.GetElapsedTime(started);
        var done = (await DispatcherFigures.ReadAsync(dispatcher, cancellationToken)).Since(before);
        var measurement = new Measurement(name, LoadMode.Closed, 1)
        {
            Elapsed = elapsed,
            Figures = done.Figures,
            Cost = new(done.CpuSeconds * 1_000_000 / count, done.AllocatedBytes / count, dispatcher.Meter.ResidentMegabytes),
        };
        for (var i = 0L; i < count; i++)
            measurement.Latency.Record(TimeSpan.Zero);
        return measurement;
    }

    private static async Task MeasureLatencyAsync(LoadRun run, DispatchLab lab, RoleProcess dispatcher, CancellationToken cancellationToken)
    {
        await run.SayAsync($"latency at {run.Settings.Rate} events a second, a tenth of them sales");
        var (first, warmUp) = (run.Generator.Used + 1, run.Settings.Count(run.Settings.WarmUp));
        await using var target = new BrowserAndSales(lab, first + warmUp, run.Clock);
        await target.ClickAsync(first, warmUp + run.Settings.Count(run.Settings.Duration), cancellationToken);
        var before = await DispatcherWaits.ReadAsync(dispatcher, cancellationToken);
        var sent = await run.Generator.OpenAsync("acknowledged", target, 1, cancellationToken, tick: Tick);
        using var simulator = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = run.System.Simulator };
        var (sales, checkouts) = await target.ArrivedAsync(sent, simulator, cancellationToken);
        sales.Figures = (await DispatcherWaits.ReadAsync(dispatcher, cancellationToken)).Since(before).Figures;
        run.Keep(sales);
        run.Keep(checkouts);
    }
}
