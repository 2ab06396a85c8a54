using System.Text.Json;
using System.Text.Json.Nodes;
using TrackHub.Cli.Reading;
using TrackHub.Dispatch.Redriving;
using TrackHub.Platform.Streams;

namespace TrackHub.Cli.DeadLettering;

/// <summary>What a dead letter keeps, without what it says of people: a record decoded with its sealed fields sealed, a webhook by its shape.</summary>
internal static class MaskedText
{
    /// <summary>The original as one JSON text.</summary>
    public static string Of(OpenLetter letter, RecordCodec codec) => letter switch
    {
        { Original: null } => """{"gone":"the log no longer has it, it was too long for a copy, or its day's key is destroyed"}""",
        { Source: { } source } => new RecordText(codec).Value(source)?.ToJsonString() ?? "null",
        { Original: { } body } => ShapeOf(body).ToJsonString(),
    };

    /// <summary>Names and kinds of a body; every text and number is left out.</summary>
    internal static JsonNode ShapeOf(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return ShapeOf(document.RootElement);
        }
        catch (JsonException)
        {
            return $"{body.Length} bytes that are no JSON";
        }
    }

    private static JsonNode ShapeOf(JsonElement element) => element.ValueKind switch
    {
        // Of a repeated name the last, as most readers do; what it is, is why the body is here.
        JsonValueKind.Object => new JsonObject(element.EnumerateObject().GroupBy(static member => member.Name, StringComparer.Ordinal)
            .Select(static member => KeyValuePair.Create(member.Key, (JsonNode?)ShapeOf(member.Last().Value)))),
        JsonValueKind.Array => new JsonArray([.. element.EnumerateArray().Select(ShapeOf)]),
        JsonValueKind.String => $"text of {element.GetString()!.Length}",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "flag",
        _ => "null",
    };
}
