using System.Text.Json.Serialization;
using TrackHub.Schemas;

namespace TrackHub.Benchmarks.Codec;

/// <summary>
/// The same records by System.Text.Json's source generator, set up for speed: its generated fast path for writing, enums as numbers, nothing
/// written for null.
/// </summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TrackedEvent))]
[JsonSerializable(typeof(Conversion))]
[JsonSerializable(typeof(DispatchReady))]
internal sealed partial class RecordJson : JsonSerializerContext;
