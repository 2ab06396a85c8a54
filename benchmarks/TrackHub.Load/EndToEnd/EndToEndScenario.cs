using TrackHub.Cli.Demo.Check;
using TrackHub.Load.Floors;
using TrackHub.Load.Http;
using TrackHub.Load.Kafka;
using TrackHub.Load.Measuring;
using TrackHub.Load.Setup;
using TrackHub.Platform.Identity;

namespace TrackHub.Load.EndToEnd;

/// <summary>
/// A signed sale with a known click, from its intended send time to its arrival at the simulator, by the clock of the one machine. Beside it one
/// hop through the log and an empty handler: the way is two hops, a match in Redis and PostgreSQL, a claim in PostgreSQL and two HTTP requests.
/// </summary>
internal static class EndToEndScenario
{
    private const string Name = "end-to-end";
    private const string OneHop = "floor: one hop";
    private static readonly TimeSpan ArrivalLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(500);

    /// <summary>Runs it.</summary>
    public static async Task RunAsync(LoadRun run, CancellationToken cancellationToken)
    {
        var brand = await run.CreateBrandAsync(cancellationToken);
        var clicks = new TrackRequests(brand);
        var sales = new WebhookRequests(brand, withClick: true, run.Clock.GetUtcNow());
        await using var floor = await FloorProcess.StartAsync(FloorProgram.Http, cancellationToken);
        await using var topic = await RawTopic.CreateAsync(run.System.Kafka, run.TopicName);
        foreach (var count in run.Connections)
        {
            await run.MeasureAsync(
                [(OneHop, _ => new HopTarget(topic, connections: 1)), (HttpScenarios.EmptyHandler, c => new HttpTarget(new(floor.Address), sales, c))],
                [LoadMode.Open], cancellationToken);
            await run.MeasureAsync(Name, LoadMode.Open, count, () => MeasureAsync(run, brand, clicks, sales, count, cancellationToken));
        }
    }

    private static async Task<Measurement> MeasureAsync(
        LoadRun run, LoadBrand brand, TrackRequests clicks, WebhookRequests sales, int connections, CancellationToken cancellationToken)
    {
        var items = run.Settings.Count(run.Settings.WarmUp) + run.Settings.Count(run.Settings.Duration);
        var first = run.Generator.Used + 1;
        await ClickAsync(run, clicks, first, items, connections, cancellationToken);

        var sent = new SentSales(new HttpTarget(run.System.Ingress, sales, connections), run.Clock);
        await using (sent)
        {
            var acked = await run.Generator.OpenAsync(Name, sent, connections, cancellationToken);
            var recorded = Enumerable.Range(0, (int)acked.Latency.Count + (int)acked.Errors.Values.Sum())
                .Select(i => first + run.Settings.Count(run.Settings.WarmUp) + i);
            return await ArrivedAsync(run, brand, sales, sent, acked, [.. recorded], cancellationToken);
        }
    }

    /// <summary>The clicks of the sales that follow, at full speed: a sale without its click would wait 65 s for it.</summary>
    private static async Task ClickAsync(LoadRun run, TrackRequests clicks, long first, long count, int connections, CancellationToken cancellationToken)
    {
        await using var target = new HttpTarget(run.System.Ingress, clicks, connections);
        await Parallel.ForAsync(first, first + count, new ParallelOptions { MaxDegreeOfParallelism = connections, CancellationToken = cancellationToken }, async (number, stopped) =>
        {
            if (await target.SendAsync(number, stopped) is { } failure)
                throw new InvalidOperationException($"A click was not taken: {failure}.");
        });
    }

    /// <summary>Waits for the arrivals and measures each from its intended send time; what does not arrive is an error.</summary>
    private static async Task<Measurement> ArrivedAsync(
        LoadRun run, LoadBrand brand, WebhookRequests sales, SentSales sent, Measurement acked, IReadOnlyList<long> numbers, CancellationToken cancellationToken)
    {
        var awaited = numbers.ToDictionary(number => EventIds.ForOrder(brand.BrandId, "Purchase", "kiwify", sales.SaleId(number)));
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = run.System.Simulator };
        var started = run.Clock.GetTimestamp();
        IReadOnlyList<Arrival> arrivals;
        do
        {
            await Task.Delay(AskAgain, run.Clock, cancellationToken);
            arrivals = await new SimulatorReader(http).ArrivalsAsync(brand.DatasetId, cancellationToken);
        }
        while (arrivals.Count(arrival => awaited.ContainsKey(arrival.EventId)) < awaited.Count && run.Clock.GetElapsedTime(started) < ArrivalLimit);

        var measurement = new Measurement(Name, LoadMode.Open, acked.Connections) { WantedRate = acked.WantedRate };
        var origin = numbers.Min(sent.At);
        foreach (var arrival in arrivals)
        {
            if (!awaited.Remove(arrival.EventId, out var number))
                continue;
            var intended = origin + TimeSpan.FromSeconds((double)(number - numbers[0]) / run.Settings.Rate);
            measurement.Latency.Record(arrival.At - intended);
            measurement.Lateness.Record(sent.At(number) - intended);
            measurement.Elapsed = new(Math.Max(measurement.Elapsed.Ticks, (arrival.At - origin).Ticks));
        }

        foreach (var _ in awaited)
            measurement.Fail("not_arrived");
        return measurement;
    }
}
