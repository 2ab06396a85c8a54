using System.Collections.Concurrent;
using TrackHub.Cli.Demo.Check;
using TrackHub.Load.Measuring;
using TrackHub.Schemas;

namespace TrackHub.Load.Dispatching;

/// <summary>Checkouts, and a sale with a known click among each ten of them, over all lanes in turn; answered when the log has them, as the ingress answers.</summary>
/// <param name="lab">The lanes.</param>
/// <param name="firstCounted">Number of the first item whose arrival is measured: those before it warm up.</param>
/// <param name="clock">Measures.</param>
internal sealed class BrowserAndSales(DispatchLab lab, long firstCounted, TimeProvider clock) : ILoadTarget
{
    /// <summary>Name of what is measured for sales.</summary>
    public const string Purchase = "Purchase acknowledged to wire";

    /// <summary>Name of what is measured for browser events.</summary>
    public const string Checkout = "checkout acknowledged to wire";

    private const int EventsPerSale = 10;

    private static readonly TimeSpan ArrivalLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<string, (bool IsSale, DateTimeOffset At)> _acknowledged = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public int Depth => 1;

    /// <summary>The clicks of sales to come; a sale without its click would wait 65 s for it.</summary>
    /// <param name="first">First number of the run.</param>
    /// <param name="count">Items of it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task ClickAsync(long first, long count, CancellationToken cancellationToken)
    {
        foreach (var lane in Numbers(first, count).Where(IsSale).GroupBy(LaneOf))
            await lane.Key.Traffic.ProduceAsync(lane.Select(lane.Key.Traffic.Click), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<string?> SendAsync(long number, CancellationToken cancellationToken)
    {
        var lane = LaneOf(number);
        var e = IsSale(number) ? lane.Traffic.Sale(number, click: number) : lane.Traffic.Click(number) with { Kind = EventKind.InitiateCheckout };
        await lane.Traffic.ProduceAsync([e], cancellationToken);
        if (number >= firstCounted)
            _acknowledged[e.EventId] = (IsSale(number), clock.GetUtcNow());
        return null;
    }

    /// <summary>Waits until the simulator has all that was acknowledged; each from its acknowledgement to the request that held it.</summary>
    public async Task<(Measurement Sales, Measurement Checkouts)> ArrivedAsync(Measurement sent, HttpClient simulator, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var awaited = new Dictionary<string, (bool IsSale, DateTimeOffset At)>(_acknowledged, StringComparer.Ordinal);
        Measurement New(string name) => new(name, LoadMode.Open, sent.Connections) { WantedRate = sent.WantedRate, Elapsed = sent.Elapsed };
        var (sales, checkouts) = (New(Purchase), New(Checkout));
        while (true)
        {
            foreach (var lane in lab.AllLanes)
            {
                foreach (var arrival in await new SimulatorReader(simulator).ArrivalsAsync(lane.Pixel.DatasetId, cancellationToken))
                {
                    if (awaited.Remove(arrival.EventId, out var left))
                        (left.IsSale ? sales : checkouts).Latency.Record(arrival.At - left.At);
                }
            }

            if (awaited.Count == 0 || clock.GetElapsedTime(started) > ArrivalLimit)
                break;
            await Task.Delay(AskAgain, clock, cancellationToken);
        }

        foreach (var (_, left) in awaited)
            (left.IsSale ? sales : checkouts).Fail("not_arrived");
        return (sales, checkouts);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static bool IsSale(long number) => number % EventsPerSale == 0;

    private LoadLane LaneOf(long number) => lab.AllLanes[(int)(number / EventsPerSale % lab.AllLanes.Count)];

    private static IEnumerable<long> Numbers(long first, long count)
    {
        for (var number = first; number < first + count; number++)
            yield return number;
    }
}
