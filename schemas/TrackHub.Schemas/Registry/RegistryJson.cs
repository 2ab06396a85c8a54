using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrackHub.Schemas;

internal sealed record SchemaRequest(string Schema);

internal sealed record IdResponse(int Id);

internal sealed record SchemaResponse(string Schema, string? SchemaType = null);

internal sealed record LevelRequest(string Compatibility);

internal sealed record LevelResponse(string CompatibilityLevel);

internal sealed record ErrorResponse([property: JsonPropertyName("error_code")] int ErrorCode, string? Message = null);

/// <summary>The bodies of the registry's REST API that TrackHub uses.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SchemaRequest))]
[JsonSerializable(typeof(IdResponse))]
[JsonSerializable(typeof(SchemaResponse))]
[JsonSerializable(typeof(LevelRequest))]
[JsonSerializable(typeof(LevelResponse))]
[JsonSerializable(typeof(ErrorResponse))]
[JsonSerializable(typeof(RegisteredSchema))]
internal sealed partial class RegistryJson : JsonSerializerContext;
