using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Cli.Reading;

/// <summary>Records as people and programs read them: decoded, what is sealed stays sealed, blind indexes shortened.</summary>
internal sealed class RecordText(RecordCodec codec)
{
    private const int ShownBytes = 6;

    private static readonly JsonSerializerOptions Values = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower), new SealedConverter(), new BytesConverter() },
    };

    private static readonly Dictionary<Type, Func<RecordCodec, StreamRecord, (object? Value, DecodeFault Fault)>> Decoders = new()
    {
        [typeof(TrackedEvent)] = Decode<TrackedEvent>,
        [typeof(Conversion)] = Decode<Conversion>,
        [typeof(DispatchReady)] = Decode<DispatchReady>,
        [typeof(DispatchAttempt)] = Decode<DispatchAttempt>,
        [typeof(EventOutcome)] = Decode<EventOutcome>,
        [typeof(DeadLetter)] = Decode<DeadLetter>,
        [typeof(QuarantinedWebhook)] = Decode<QuarantinedWebhook>,
        [typeof(Alert)] = Decode<Alert>,
        [typeof(AdSpend)] = Decode<AdSpend>,
        [typeof(PerformanceMetric)] = Decode<PerformanceMetric>,
        [typeof(PerformanceAnomaly)] = Decode<PerformanceAnomaly>,
    };

    /// <summary>The value as JSON; what cannot be decoded as <c>{"undecodable": reason}</c>.</summary>
    /// <remarks>Schemas must be known: see <see cref="RecordCodec.PrepareAsync"/>.</remarks>
    public JsonNode? Value(StreamRecord record)
    {
        if (Topics.Find(record.Coordinates.Topic) is not { } topic) return new JsonObject { ["undecodable"] = "the topic is none of TrackHub's" };

        var (value, fault) = Decoders[topic.ValueType](codec, record);
        return value is null ? new JsonObject { ["undecodable"] = $"{fault.Reason}: {fault.Detail}" } : JsonSerializer.SerializeToNode(value, Values);
    }

    /// <summary>One line for people: time, receipt, key, value.</summary>
    public string Line(StreamRecord record) =>
        $"{record.Timestamp.UtcDateTime:yyyy-MM-dd HH:mm:ss.fff}Z {record.Coordinates} {Key(record)} {Value(record)?.ToJsonString(Values)}";

    /// <summary>One JSON object.</summary>
    public string Json(StreamRecord record) => new JsonObject
    {
        ["topic"] = record.Coordinates.Topic,
        ["partition"] = record.Coordinates.Partition,
        ["offset"] = record.Coordinates.Offset,
        ["timestamp"] = record.Timestamp.UtcDateTime,
        ["key"] = Key(record),
        ["headers"] = new JsonObject(record.Headers.Keys.Select(name => KeyValuePair.Create(name, (JsonNode?)record.Header(name)))),
        ["value"] = Value(record),
    }.ToJsonString(Values);

    private static string Key(StreamRecord record) => record.Key is null ? "" : Encoding.UTF8.GetString(record.Key);

    private static (object? Value, DecodeFault Fault) Decode<T>(RecordCodec codec, StreamRecord record)
        where T : IAvroRecord<T> => codec.TryDecode<T>(record, out var value, out var fault) ? (value, default) : (null, fault);

    private sealed class SealedConverter : JsonConverter<SealedBox>
    {
        public override SealedBox Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("Records are only written.");

        public override void Write(Utf8JsonWriter writer, SealedBox value, JsonSerializerOptions options) => writer.WriteStringValue($"sealed({value.KeyId})");
    }

    private sealed class BytesConverter : JsonConverter<byte[]>
    {
        public override byte[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("Records are only written.");

        public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Convert.ToHexStringLower(value.AsSpan(0, Math.Min(ShownBytes, value.Length))) + (value.Length > ShownBytes ? "…" : ""));
    }
}
