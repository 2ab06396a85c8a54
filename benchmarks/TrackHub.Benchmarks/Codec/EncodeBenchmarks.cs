using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using BenchmarkDotNet.Attributes;
using TrackHub.Benchmarks.Samples;
using TrackHub.Schemas;

namespace TrackHub.Benchmarks.Codec;

/// <summary>A record to bytes in a reused buffer: Avro by our codec, JSON by System.Text.Json's source generator.</summary>
[MemoryDiagnoser]
[SuppressMessage("Design", "CA1001", Justification = "The writer holds nothing but the buffer below it.")]
[GenericTypeArguments(typeof(TrackedEvent))]
[GenericTypeArguments(typeof(Conversion))]
[GenericTypeArguments(typeof(DispatchReady))]
public class EncodeBenchmarks<T>
    where T : class, IAvroRecord<T>
{
    private readonly T _record = SampleRecords.Of<T>();
    private readonly ArrayBufferWriter<byte> _sink = new(64 * 1024);
    private readonly JsonTypeInfo<T> _json = (JsonTypeInfo<T>)RecordJson.Default.GetTypeInfo(typeof(T))!;
    private readonly Utf8JsonWriter _writer = new(Stream.Null);

    /// <summary>By System.Text.Json, writer and buffer reused.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory(Operations.Yardstick)]
    public int Json()
    {
        _sink.ResetWrittenCount();
        _writer.Reset(_sink);
        JsonSerializer.Serialize(_writer, _record, _json);
        _writer.Flush();
        return _sink.WrittenCount;
    }

    /// <summary>By our codec, buffer reused.</summary>
    [Benchmark]
    public int Avro()
    {
        _sink.ResetWrittenCount();
        _record.Encode(_sink);
        return _sink.WrittenCount;
    }

    /// <summary>As a producer does: wire format, in the array of its own that the Kafka client asks for.</summary>
    [Benchmark]
    public byte[] Value() => RecordSerde.Encode(schemaId: 1, _record);
}
