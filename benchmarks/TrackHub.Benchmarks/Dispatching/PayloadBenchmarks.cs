using BenchmarkDotNet.Attributes;
using TrackHub.Benchmarks.Samples;
using TrackHub.Dispatch.Calling;
using TrackHub.Schemas;

namespace TrackHub.Benchmarks.Dispatching;

/// <summary>The body of a call to Meta.</summary>
[MemoryDiagnoser]
public class PayloadBenchmarks
{
    private IReadOnlyList<(DispatchReady Event, UserData UserData)> _events = [];

    /// <summary>Events of a call; 1000 is Meta's most.</summary>
    [Params(1, 50, 1000)]
    public int Events { get; set; }

    /// <summary>Makes the events.</summary>
    [GlobalSetup]
    public void Setup() => _events = SampleRecords.Opened(Events);

    /// <summary>Writes the body.</summary>
    [Benchmark]
    public ReadOnlyMemory<byte> Write() => EventPayload.Write(_events, testEventCode: null, limited: null, SampleBrand.Now);
}
