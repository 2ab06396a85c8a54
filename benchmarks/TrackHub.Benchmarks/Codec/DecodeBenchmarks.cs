using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using BenchmarkDotNet.Attributes;
using TrackHub.Benchmarks.Samples;
using TrackHub.Schemas;

namespace TrackHub.Benchmarks.Codec;

/// <summary>Bytes to a record: Avro by our codec, JSON by System.Text.Json's source generator.</summary>
[MemoryDiagnoser]
[GenericTypeArguments(typeof(TrackedEvent))]
[GenericTypeArguments(typeof(Conversion))]
[GenericTypeArguments(typeof(DispatchReady))]
public class DecodeBenchmarks<T>
    where T : class, IAvroRecord<T>
{
    private readonly JsonTypeInfo<T> _json = (JsonTypeInfo<T>)RecordJson.Default.GetTypeInfo(typeof(T))!;
    private byte[] _avroBytes = [];
    private byte[] _jsonBytes = [];

    /// <summary>Makes the bytes.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var record = SampleRecords.Of<T>();
        _avroBytes = record.ToAvro();
        _jsonBytes = JsonSerializer.SerializeToUtf8Bytes(record, _json);
    }

    /// <summary>By System.Text.Json.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory(Operations.Yardstick)]
    public T Json() => JsonSerializer.Deserialize(_jsonBytes, _json)!;

    /// <summary>By our codec.</summary>
    [Benchmark]
    public T Avro() => AvroCodec.Decode<T>(_avroBytes);
}
