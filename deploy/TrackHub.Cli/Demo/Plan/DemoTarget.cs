namespace TrackHub.Cli.Demo.Plan;

/// <summary>Whose traffic is played: the brand, its keys, its gateway connections. Holds secrets.</summary>
/// <param name="BrandId">Brand.</param>
/// <param name="PixelId">Its one active pixel.</param>
/// <param name="BrowserKey">Publishable write key.</param>
/// <param name="ServerKey">Secret write key.</param>
/// <param name="Connections">Webhook path and secret by gateway name.</param>
internal sealed record DemoTarget(
    string BrandId, string PixelId, string BrowserKey, string ServerKey, IReadOnlyDictionary<string, (string Path, string Secret)> Connections);

/// <summary>What a plan is made from: the same settings give the same plan, byte for byte.</summary>
/// <param name="Seed">Decides the traffic.</param>
/// <param name="Requests">How many requests.</param>
/// <param name="Run">Tag of the run, 8 characters of <c>0-9a-z</c>: makes every id new, so that runs do not meet.</param>
/// <param name="At">The moment the traffic is around.</param>
internal sealed record PlanSettings(int Seed, int Requests, string Run, DateTimeOffset At);
