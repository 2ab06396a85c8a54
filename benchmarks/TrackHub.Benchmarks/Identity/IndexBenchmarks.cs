using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using TrackHub.Benchmarks.Samples;
using TrackHub.Platform.Identity;

namespace TrackHub.Benchmarks.Identity;

/// <summary>A blind index by the brand's pooled keyed hash, beside a keyed hash that is set up for every index.</summary>
[MemoryDiagnoser]
public class IndexBenchmarks
{
    private static readonly byte[] Key = new byte[32];
    private static readonly byte[] Text = "ip\0203.0.113.9"u8.ToArray();
    private readonly byte[] _mac = new byte[HMACSHA256.HashSizeInBytes];

    /// <summary>HMAC-SHA256 in one call.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory(Operations.Yardstick)]
    public int OneShotHmac() => HMACSHA256.HashData(Key, Text, _mac);

    /// <summary>Of a value as it is.</summary>
    [Benchmark]
    public byte[] OfIp() => BlindIndex.Of(SampleBrand.Brand, IndexKind.Ip, "203.0.113.9");

    /// <summary>Of a value that many visitors share.</summary>
    [Benchmark]
    public byte[] OfUserAgent() =>
        BlindIndex.Of(SampleBrand.Brand, IndexKind.UserAgent, "Mozilla/5.0 (Linux; Android 14; Exemplo) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Mobile Safari/537.36");

    /// <summary>Of a value that is hashed first.</summary>
    [Benchmark]
    public byte[] OfEmail() => BlindIndex.Of(SampleBrand.Brand, IndexKind.Email, "compradora.exemplo@example.com");
}
