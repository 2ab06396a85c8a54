using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrackHub.LocalKafka.Registry;

/// <summary>Key of a record in <c>_schemas</c>, with Confluent's names and order.</summary>
internal sealed record SchemaKey(
    [property: JsonPropertyName("keytype")] string KeyType,
    [property: JsonPropertyName("subject")] string? Subject,
    [property: JsonPropertyName("version"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Version,
    [property: JsonPropertyName("magic")] int Magic);

/// <summary>Key of a NOOP record, which Confluent's registry skips whatever its value.</summary>
internal sealed record NoopKey(
    [property: JsonPropertyName("keytype")] string KeyType,
    [property: JsonPropertyName("magic")] int Magic);

/// <summary>Value of this registry's NOOP record: an id that was given, and whose schema may be gone.</summary>
internal sealed record NoopValue([property: JsonPropertyName("id")] int? Id);

/// <summary>Value of a SCHEMA record.</summary>
internal sealed record SchemaValue(
    [property: JsonPropertyName("subject")] string Subject,
    [property: JsonPropertyName("version")] int Version,
    [property: JsonPropertyName("id")] int Id,
    [property: JsonPropertyName("schema")] string Schema,
    [property: JsonPropertyName("deleted")] bool Deleted);

/// <summary>Value of a DELETE_SUBJECT record: versions up to this one are softly deleted.</summary>
internal sealed record DeleteSubjectValue(
    [property: JsonPropertyName("subject")] string Subject,
    [property: JsonPropertyName("version")] int Version);

/// <summary>Value of a CONFIG record, and answer to GET and DELETE /config.</summary>
internal sealed record ConfigValue([property: JsonPropertyName("compatibilityLevel")] string CompatibilityLevel);

/// <summary>Body of a registration, look-up or compatibility test.</summary>
internal sealed record SchemaRequest(
    [property: JsonPropertyName("schema")] string? Schema,
    [property: JsonPropertyName("schemaType")] string? SchemaType,
    [property: JsonPropertyName("references")] JsonElement? References);

/// <summary>Body and answer of PUT /config.</summary>
internal sealed record ConfigRequest([property: JsonPropertyName("compatibility")] string? Compatibility);

/// <summary>Answer to a compatibility test; messages only where they were asked for.</summary>
internal sealed record CompatibilityResponse(
    [property: JsonPropertyName("is_compatible")] bool IsCompatible,
    [property: JsonPropertyName("messages"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Messages);

/// <summary>Body of PUT /mode, and answer to all of /mode.</summary>
internal sealed record ModeValue([property: JsonPropertyName("mode")] string? Mode);

/// <summary>Answer to a registration.</summary>
internal sealed record SchemaIdResponse([property: JsonPropertyName("id")] int Id);

/// <summary>Answer to GET /schemas/ids/{id}.</summary>
internal sealed record SchemaTextResponse([property: JsonPropertyName("schema")] string Schema);

/// <summary>Where a schema is, in the answer to GET /schemas/ids/{id}/versions.</summary>
internal sealed record SchemaPlace(
    [property: JsonPropertyName("subject")] string Subject,
    [property: JsonPropertyName("version")] int Version);

/// <summary>A version of a subject.</summary>
internal sealed record SubjectVersion(
    [property: JsonPropertyName("subject")] string Subject,
    [property: JsonPropertyName("version")] int Version,
    [property: JsonPropertyName("id")] int Id,
    [property: JsonPropertyName("schema")] string Schema);

/// <summary>Confluent's error body.</summary>
internal sealed record ErrorResponse(
    [property: JsonPropertyName("error_code")] int ErrorCode,
    [property: JsonPropertyName("message")] string Message);

[JsonSerializable(typeof(SchemaKey))]
[JsonSerializable(typeof(NoopKey))]
[JsonSerializable(typeof(NoopValue))]
[JsonSerializable(typeof(SchemaValue))]
[JsonSerializable(typeof(DeleteSubjectValue))]
[JsonSerializable(typeof(ConfigValue))]
[JsonSerializable(typeof(SchemaRequest))]
[JsonSerializable(typeof(ConfigRequest))]
[JsonSerializable(typeof(CompatibilityResponse))]
[JsonSerializable(typeof(ModeValue))]
[JsonSerializable(typeof(SchemaIdResponse))]
[JsonSerializable(typeof(SchemaTextResponse))]
[JsonSerializable(typeof(SubjectVersion))]
[JsonSerializable(typeof(ErrorResponse))]
[JsonSerializable(typeof(IReadOnlyList<SchemaPlace>))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(IReadOnlyList<int>))]
internal sealed partial class RegistryJson : JsonSerializerContext
{
    /// <summary>Schemas travel as text inside JSON: escaping only what must be keeps them readable in <c>_schemas</c>.</summary>
    public static readonly RegistryJson Readable = new(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
