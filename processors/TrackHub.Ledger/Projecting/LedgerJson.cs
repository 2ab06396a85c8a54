using System.Text.Json;
using System.Text.Json.Serialization;
using TrackHub.Schemas;

namespace TrackHub.Ledger.Projecting;

/// <summary>JSON of what the ledger stores in jsonb columns.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,   // a record may hold NaN, and must not end the role
    Converters = [typeof(EventKindSymbol)])]
[JsonSerializable(typeof(MatchedClick))]
[JsonSerializable(typeof(Traits))]
[JsonSerializable(typeof(IReadOnlyList<Evidence>))]
internal sealed partial class LedgerJson : JsonSerializerContext;

/// <summary>Writes the kind as the schema's symbol.</summary>
internal sealed class EventKindSymbol() : JsonStringEnumConverter<EventKind>(JsonNamingPolicy.SnakeCaseLower);
