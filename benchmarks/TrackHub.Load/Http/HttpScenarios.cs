using TrackHub.Load.Floors;
using TrackHub.Load.Measuring;
using TrackHub.Load.Setup;
using TrackHub.Schemas;

namespace TrackHub.Load.Http;

/// <summary>
/// The ingress over HTTP, in turns with an empty Kestrel handler, a Kestrel handler that only appends the body to the same broker, and the peer in
/// Node.js: all get the same requests from the same client.
/// </summary>
internal static class HttpScenarios
{
    /// <summary>What the empty handler is called in results.</summary>
    public const string EmptyHandler = "floor: empty handler";

    private const string BareProduce = "floor: bare produce";
    private const string NodeIngest = "peer: node-ingest";
    private const string Ingress = "ingress";

    // Of the ingress's maximum, at which its latency is measured.
    private const double RateShare = 0.7;

    /// <summary>Clicks, then signed sales.</summary>
    public static Task IngressAsync(LoadRun run, CancellationToken cancellationToken) => MeasureAsync(
        run,
        brand => [("click", new TrackRequests(brand)), ("webhook", new WebhookRequests(brand, withClick: false, run.Clock.GetUtcNow()))],
        cancellationToken);

    /// <summary>Signed sales. None has a click: what happens behind the receipt is the other scenarios' matter.</summary>
    public static Task WebhookAsync(LoadRun run, CancellationToken cancellationToken) =>
        MeasureAsync(run, brand => [("webhook", new WebhookRequests(brand, withClick: false, run.Clock.GetUtcNow()))], cancellationToken);

    private static async Task MeasureAsync(LoadRun run, Func<LoadBrand, IReadOnlyList<(string Name, IRequestMaker Requests)>> items, CancellationToken cancellationToken)
    {
        await using var ours = await run.StartIngressAsync(cancellationToken);
        var brand = await run.CreateBrandAsync(ours.Address, cancellationToken);
        await using var empty = await FloorProcess.StartAsync(FloorProgram.Http, cancellationToken);
        await ours.Broker.CreateTopicAsync(run.TopicName, Topics.TrackEvents.Partitions);
        await using var bare = await FloorProcess.StartAsync(FloorProgram.Produce, cancellationToken, arguments: [ours.Broker.Bootstrap, run.TopicName]);
        await using var node = await NodePeer.StartAsync(ours.Broker.Bootstrap, run.TopicName, run.Progress, cancellationToken);
        foreach (var (item, requests) in items(brand))
        {
            var rounds = new InterleavedRounds(run, item,
            [
                new(EmptyHandler, count => new HttpTarget(new(empty.Address), requests, count), new(empty.ProcessId)),
                new(NodeIngest, count => new HttpTarget(node.Address, requests, count), new(node.ProcessId)),
                new(Ingress, count => new HttpTarget(ours.Address, requests, count), ours.Meter, ours.AllocatedAsync),
                new(BareProduce, count => new HttpTarget(new(bare.Address), requests, count), new(bare.ProcessId)),
            ]);
            await rounds.ClosedAsync(cancellationToken);
            var best = run.Measurements.Where(m => m.Target == Ingress && m.Item == item && m.Mode is LoadMode.Closed).MaxBy(static m => m.Rate)!;
            await rounds.OpenAsync(best.Connections, run.GivenRate ?? Math.Max(1, (int)(best.Rate * RateShare)), cancellationToken);
        }
    }
}
