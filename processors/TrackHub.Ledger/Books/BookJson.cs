using System.Text.Json.Serialization;

namespace TrackHub.Ledger.Books;

/// <summary>JSON of the column <c>carriers</c>.</summary>
[JsonSerializable(typeof(Dictionary<string, long>))]
internal sealed partial class BookJson : JsonSerializerContext;
