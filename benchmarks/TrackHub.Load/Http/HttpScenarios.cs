using TrackHub.Load.Floors;
using TrackHub.Load.Kafka;
using TrackHub.Load.Measuring;
using TrackHub.Load.Setup;

namespace TrackHub.Load.Http;

/// <summary>
/// The ingress over HTTP, beside an empty Kestrel handler that gets the same requests from the same client, and beside raw produce of one record
/// a request: what HTTP and the log cost by themselves.
/// </summary>
internal static class HttpScenarios
{
    /// <summary>What the empty handler is called in results.</summary>
    public const string EmptyHandler = "floor: empty handler";

    /// <summary>Clicks.</summary>
    public static async Task IngressAsync(LoadRun run, CancellationToken cancellationToken) =>
        await MeasureAsync(run, "ingress", new TrackRequests(await run.CreateBrandAsync(cancellationToken)), cancellationToken);

    /// <summary>Signed sales. None has a click: what happens behind the receipt is the other scenarios' matter.</summary>
    public static async Task WebhookAsync(LoadRun run, CancellationToken cancellationToken) => await MeasureAsync(
        run, "webhook", new WebhookRequests(await run.CreateBrandAsync(cancellationToken), withClick: false, run.Clock.GetUtcNow()), cancellationToken);

    private static async Task MeasureAsync(LoadRun run, string name, IRequestMaker requests, CancellationToken cancellationToken)
    {
        await using var floor = await FloorProcess.StartAsync(FloorProgram.Http, cancellationToken);
        await using var topic = await RawTopic.CreateAsync(run.System.Kafka, run.TopicName);
        var empty = new Uri(floor.Address);
        (string, Func<int, ILoadTarget>) floorTarget = (EmptyHandler, count => new HttpTarget(empty, requests, count));
        (string, Func<int, ILoadTarget>) ingressTarget = (name, count => new HttpTarget(run.System.Ingress, requests, count));
        await run.MeasureAsync([floorTarget, (KafkaScenarios.RawProduce, _ => new ProduceTarget(topic, connections: 1)), ingressTarget], [LoadMode.Open], cancellationToken);

        // Not raw produce: hundreds of records in one batch are no measure for requests that are answered one by one.
        await run.MeasureAsync([floorTarget, ingressTarget], [LoadMode.Closed], cancellationToken);
    }
}
