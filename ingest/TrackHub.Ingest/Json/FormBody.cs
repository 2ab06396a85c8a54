using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Microsoft.AspNetCore.WebUtilities;

namespace TrackHub.Ingest.Json;

/// <summary>Form-encoded webhooks as the JSON they stand for: <c>customer[email]=…</c> is <c>{"customer": {"email": …}}</c>.</summary>
/// <remarks>
/// Keys follow PHP's bracket notation; keys 0, 1, 2 … make an array. All values are text. Under the same rules as JSON: valid UTF-8, no key
/// twice, at most 32 levels.
/// </remarks>
internal static class FormBody
{
    // A real one has some 80 fields.
    private const int MaxFields = 1_000;

    /// <summary>True for <c>application/x-www-form-urlencoded</c>.</summary>
    public static bool IsForm(string? contentType) =>
        contentType is not null && contentType.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase);

    /// <summary>Parses a whole body.</summary>
    /// <returns>The document, or null and what is wrong with it, without a word of the body itself.</returns>
    public static (JsonDocument? Document, string? Fault) Parse(ReadOnlySpan<byte> body)
    {
        if (!Utf8.IsValid(body))
            return (null, "not valid UTF-8");

        var root = new JsonObject();
        var fields = 0;
        foreach (var pair in new QueryStringEnumerable(Encoding.UTF8.GetString(body)))
        {
            if (++fields > MaxFields)
                return (null, $"more than {MaxFields} form fields");
            if (!TryAdd(root, pair.DecodeName().ToString(), pair.DecodeValue().ToString()))
                return (null, "a form key that is given twice, is not well formed or has too many levels");
        }

        return fields is 0 ? (null, "an empty form") : (JsonSerializer.SerializeToDocument(WithArrays(root)), null);
    }

    private static bool TryAdd(JsonObject root, string key, string value)
    {
        if (!TrySplit(key, out var segments))
            return false;

        var at = root;
        foreach (var segment in segments[..^1])
        {
            if (!at.TryGetPropertyValue(segment, out var next))
                at[segment] = next = new JsonObject();
            if (next is not JsonObject inner)
                return false;
            at = inner;
        }

        return at.TryAdd(segments[^1], value);
    }

    // name ( "[" segment "]" )*
    private static bool TrySplit(string key, out string[] segments)
    {
        var bracket = key.IndexOf('[', StringComparison.Ordinal);
        segments = bracket <= 0 ? [key] : [key[..bracket], .. key[(bracket + 1)..].TrimEnd(']').Split("][")];
        return key.Length > 0 && segments.Length < StrictJson.MaxDepth && (bracket < 0 || (bracket > 0 && key.EndsWith(']')));
    }

    private static JsonNode? WithArrays(JsonNode? node)
    {
        if (node is not JsonObject fields)
            return node?.DeepClone();

        var isArray = fields.Count > 0 && fields.Select(static (field, index) => field.Key == index.ToString()).All(static same => same);
        var values = fields.Select(static field => KeyValuePair.Create(field.Key, WithArrays(field.Value)));
        return isArray ? new JsonArray([.. values.Select(static field => field.Value)]) : new JsonObject(values);
    }
}
