using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Tenants;

namespace TrackHub.Ingest.Tests;

/// <summary>One brand with keys to seal with, a write key of each sort and a connection per gateway, all in memory.</summary>
internal sealed class World
{
    public const string KiwifyToken = "exampletoken0001";
    public const string Hottok = "example-hottok-0000";
    public const string PerfectPayToken = "0123456789abcdef0123456789abcdef";
    public const string BrowserKey = "thw_brandexample_0000000000";
    public const string PinnedKey = "thw_brandexample_1111111111";
    public const string ServerKey = "ths_brandexample_2222222222";
    public const string AllowedOrigin = "https://shop.example.com";

    /// <summary>Minutes after the samples' sales.</summary>
    public static readonly DateTimeOffset Now = new(2026, 9, 10, 17, 10, 0, TimeSpan.Zero);

    public static readonly Brand Brand = new(
        "brandexample", "ten_example", "Example", "America/Sao_Paulo", "BRL", ConsentBasis.Granted, new(new byte[32]), BrandSettings.Default);

    public World(bool directoryIsLoaded = true)
    {
        Keys.Publish(
            [KeyValuePair.Create(DateOnly.FromDateTime(Now.UtcDateTime), RandomNumberGenerator.GetBytes(KeyRing.KeyBytes))],
            [KeyValuePair.Create(Brand.TenantId, RandomNumberGenerator.GetBytes(KeyRing.KeyBytes))]);
        Sealer = new(Keys);
        People = new(Sealer);
        Metrics = new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());
        Directory = new(new FixedClock(Now));
        if (directoryIsLoaded)
            Directory.Publish(Snapshot());
    }

    public KeyRing Keys { get; } = new();

    public Sealer Sealer { get; }

    public PersonSealer People { get; }

    public IngestMetrics Metrics { get; }

    /// <summary>Clock of the ingress.</summary>
    public TimeProvider Clock { get; init; } = new FixedClock(Now);

    public TenantDirectory Directory { get; }

    public static DirectorySnapshot Snapshot(params IEnumerable<KeyValuePair<string, GatewayConnection>> more) => DirectorySnapshot.Of(
        [Brand],
        connections:
        [
            Connection("kiwify", KiwifyToken), Connection("hotmart", Hottok), Connection("perfectpay", PerfectPayToken), .. more,
        ],
        keys:
        [
            KeyValuePair.Create(BrowserKey, new WriteKey("key_browser", Brand.Id, IsServer: false, [])),
            KeyValuePair.Create(PinnedKey, new WriteKey("key_pinned", Brand.Id, IsServer: false, [AllowedOrigin])),
            KeyValuePair.Create(ServerKey, new WriteKey("key_server", Brand.Id, IsServer: true, [])),
        ]);

    public static KeyValuePair<string, GatewayConnection> Connection(string gateway, params IEnumerable<string> secrets) =>
        Connection($"{gateway}-path", gateway, isActive: true, secrets);

    public static KeyValuePair<string, GatewayConnection> Connection(string path, string gateway, bool isActive, params IEnumerable<string> secrets) =>
        KeyValuePair.Create(
            path,
            new GatewayConnection($"con_{path}", Brand.Id, gateway, [.. secrets.Select(static secret => new Secret<string>(secret))], isActive));
}

/// <summary>A clock that stands; its timers run.</summary>
internal sealed class FixedClock(DateTimeOffset now) : TimeProvider
{
    /// <summary>How much time has passed; timers do not care.</summary>
    public TimeSpan Passed { get; set; }

    public override DateTimeOffset GetUtcNow() => now + Passed;
}
