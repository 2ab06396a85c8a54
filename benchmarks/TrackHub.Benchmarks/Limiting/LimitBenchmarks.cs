using System.Net;
using BenchmarkDotNet.Attributes;
using TrackHub.Benchmarks.Samples;
using TrackHub.Ingest.Limiting;
using TrackHub.Platform.Tenants;

namespace TrackHub.Benchmarks.Limiting;

/// <summary>What a click takes from its address's bucket and from its key's, with room in both.</summary>
[MemoryDiagnoser]
public class LimitBenchmarks : IDisposable
{
    private static readonly IPAddress Client = IPAddress.Parse("203.0.113.9");
    private static readonly WriteKey WriteKey = new("key_example", SampleBrand.Brand.Id, IsServer: false, []);
    private static readonly Brand Brand = SampleBrand.Brand with { Settings = BrandSettings.Default with { TrackPerSecond = 100_000_000, TrackBurst = 1_000_000_000 } };
    private readonly AddressBuckets _addresses = new(perSecond: 100_000_000, burst: 1_000_000_000, TimeProvider.System);
    private readonly KeyLimits _keys = new();

    /// <summary>One event of an address.</summary>
    [Benchmark]
    public TimeSpan Address() => _addresses.Take(Client, 1);

    /// <summary>One event of a key.</summary>
    [Benchmark]
    public TimeSpan Key() => _keys.Take(WriteKey, Brand, 1);

    /// <inheritdoc/>
    public void Dispose()
    {
        _keys.Dispose();
        GC.SuppressFinalize(this);
    }
}
