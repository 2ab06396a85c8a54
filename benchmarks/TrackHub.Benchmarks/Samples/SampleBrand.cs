using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Ingest;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Tenants;

namespace TrackHub.Benchmarks.Samples;

/// <summary>One fictional brand with keys to seal with, all in memory.</summary>
internal static class SampleBrand
{
    /// <summary>Minutes after the samples' sales.</summary>
    public static readonly DateTimeOffset Now = new(2026, 9, 10, 17, 10, 0, TimeSpan.Zero);

    /// <summary>The brand.</summary>
    public static readonly Brand Brand = new(
        "brandexample", "ten_example", "Example", "America/Sao_Paulo", "BRL", ConsentBasis.Granted, new([.. Enumerable.Repeat((byte)7, 32)]), BrandSettings.Default);

    /// <summary>Seals for it.</summary>
    public static readonly Sealer Sealer = new(Keys());

    /// <summary>Seals its persons.</summary>
    public static readonly PersonSealer People = new(Sealer);

    /// <summary>Counters nobody listens to.</summary>
    public static readonly IngestMetrics Metrics = new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());

    private static KeyRing Keys()
    {
        var ring = new KeyRing();
        ring.Publish(
            [KeyValuePair.Create(DateOnly.FromDateTime(Now.UtcDateTime), Enumerable.Repeat((byte)1, KeyRing.KeyBytes).ToArray())],
            [KeyValuePair.Create(Brand.TenantId, Enumerable.Repeat((byte)2, KeyRing.KeyBytes).ToArray())]);
        return ring;
    }
}
