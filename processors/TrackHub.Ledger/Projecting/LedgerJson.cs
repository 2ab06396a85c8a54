using System.Text.Json.Serialization;
using TrackHub.Schemas;

namespace TrackHub.Ledger.Projecting;

/// <summary>JSON of what the ledger stores in jsonb columns.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MatchedClick))]
[JsonSerializable(typeof(Traits))]
[JsonSerializable(typeof(IReadOnlyList<Evidence>))]
internal sealed partial class LedgerJson : JsonSerializerContext;
