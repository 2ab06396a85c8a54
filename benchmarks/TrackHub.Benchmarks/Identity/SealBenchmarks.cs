using BenchmarkDotNet.Attributes;
using TrackHub.Benchmarks.Samples;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;

namespace TrackHub.Benchmarks.Identity;

/// <summary>Sealing and opening of a sale's user data, some 900 bytes.</summary>
[MemoryDiagnoser]
public class SealBenchmarks
{
    private static readonly KeyRef Key = KeyRef.Day(SampleBrand.Now);
    private readonly SealedBox _box = SampleBrand.People.Seal(SampleBrand.Brand, SamplePeople.Sale(), SampleBrand.Now).UserData!;
    private byte[] _clear = [];
    private UserData _userData = new();

    /// <summary>Opens the sample once.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _clear = SampleBrand.Sealer.Open(SampleBrand.Brand.TenantId, SealPurpose.UserData, _box);
        _userData = SampleBrand.Sealer.OpenUserData(SampleBrand.Brand.TenantId, _box);
    }

    /// <summary>Bytes to a box.</summary>
    [Benchmark]
    public SealedBox Seal() => SampleBrand.Sealer.Seal(SampleBrand.Brand.TenantId, SealPurpose.UserData, _clear, Key);

    /// <summary>A box to bytes.</summary>
    [Benchmark]
    public byte[] Open() => SampleBrand.Sealer.Open(SampleBrand.Brand.TenantId, SealPurpose.UserData, _box);

    /// <summary>User data to a box.</summary>
    [Benchmark]
    public SealedBox SealUserData() => SampleBrand.Sealer.SealUserData(SampleBrand.Brand.TenantId, _userData, SampleBrand.Now);

    /// <summary>A box to user data.</summary>
    [Benchmark]
    public UserData OpenUserData() => SampleBrand.Sealer.OpenUserData(SampleBrand.Brand.TenantId, _box);
}
