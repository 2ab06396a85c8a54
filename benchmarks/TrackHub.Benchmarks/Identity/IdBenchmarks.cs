using BenchmarkDotNet.Attributes;
using TrackHub.Benchmarks.Samples;
using TrackHub.Platform.Identity;

namespace TrackHub.Benchmarks.Identity;

/// <summary>Ids and indexes that every event gets.</summary>
[MemoryDiagnoser]
public class IdBenchmarks
{
    /// <summary>event_id of an order.</summary>
    [Benchmark]
    public string EventId() => EventIds.ForOrder(SampleBrand.Brand.Id, "Purchase", "kiwify", "00000000-0000-4000-8000-000000000001");

    /// <summary>ingest_id.</summary>
    [Benchmark]
    public string IngestId() => EventIds.NewIngestId(TimeProvider.System);

    /// <summary>Blind index of a value that is hashed first.</summary>
    [Benchmark]
    public byte[] BlindIndexOfEmail() => BlindIndex.Of(SampleBrand.Brand, IndexKind.Email, "compradora.exemplo@example.com");

    /// <summary>Blind index of a value as it is.</summary>
    [Benchmark]
    public byte[] BlindIndexOfIp() => BlindIndex.Of(SampleBrand.Brand, IndexKind.Ip, "203.0.113.9");
}
