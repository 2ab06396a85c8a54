using System.Text.Json;
using System.Text.Unicode;

namespace TrackHub.Ingest.Json;

/// <summary>What JSON the ingress takes: UTF-8 without errors, no duplicate properties, at most 32 levels, no comments, no trailing commas.</summary>
internal static class StrictJson
{
    /// <summary>Levels of objects and arrays that are read; real bodies use 5.</summary>
    public const int MaxDepth = 32;

    private static readonly JsonDocumentOptions DocumentOptions = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>Options for a <see cref="Utf8JsonReader"/> with the same rules; duplicates are the caller's to see.</summary>
    public static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = MaxDepth };

    /// <summary>Parses a whole body. A byte order mark is skipped: it changes nothing and a sale must not be lost over it.</summary>
    /// <returns>The document, or null and what is wrong with it, without a word of the body itself.</returns>
    public static (JsonDocument? Document, string? Fault) Parse(ReadOnlyMemory<byte> body)
    {
        if (body.Span.StartsWith("\uFEFF"u8))
            body = body[3..];
        if (!Utf8.IsValid(body.Span))
            return (null, "not valid UTF-8");

        try
        {
            return (JsonDocument.Parse(body, DocumentOptions), null);
        }
        catch (JsonException fault)
        {
            return (null, Describe(fault));
        }
        catch (InvalidOperationException)
        {
            // A property name with half a surrogate pair can be tokenised but not compared.
            return (null, "a property name is not valid Unicode");
        }
    }

    /// <summary>Position of a fault; the framework's own text can quote the body.</summary>
    public static string Describe(JsonException fault) =>
        $"not the JSON that is read here (no duplicate properties, at most {MaxDepth} levels): "
        + $"line {fault.LineNumber + 1 ?? 1}, byte {fault.BytePositionInLine ?? 0}";

    /// <summary>Skips the value the reader stands on (a value's first token), refusing duplicate properties inside it.</summary>
    /// <exception cref="JsonException">Malformed, or a duplicate property.</exception>
    public static void SkipValue(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.StartArray)
        {
            while (Next(ref reader) is not JsonTokenType.EndArray)
                SkipValue(ref reader);
            return;
        }

        if (reader.TokenType is not JsonTokenType.StartObject)
            return;

        HashSet<string>? names = null;
        while (Next(ref reader) is not JsonTokenType.EndObject)
        {
            if (!(names ??= new(StringComparer.Ordinal)).Add(reader.GetString()!))
                throw new JsonException("Duplicate property.");
            Next(ref reader);
            SkipValue(ref reader);
        }
    }

    private static JsonTokenType Next(ref Utf8JsonReader reader) =>
        reader.Read() ? reader.TokenType : throw new JsonException("Ends too early.");
}
