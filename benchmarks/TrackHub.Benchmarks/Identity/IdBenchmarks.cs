using BenchmarkDotNet.Attributes;
using TrackHub.Benchmarks.Samples;
using TrackHub.Platform.Identity;

namespace TrackHub.Benchmarks.Identity;

/// <summary>Ids that every event gets.</summary>
[MemoryDiagnoser]
public class IdBenchmarks
{
    /// <summary>event_id of an order.</summary>
    [Benchmark]
    public string EventId() => EventIds.ForOrder(SampleBrand.Brand.Id, "Purchase", "kiwify", "00000000-0000-4000-8000-000000000001");

    /// <summary>ingest_id.</summary>
    [Benchmark]
    public string IngestId() => EventIds.NewIngestId(TimeProvider.System);
}
