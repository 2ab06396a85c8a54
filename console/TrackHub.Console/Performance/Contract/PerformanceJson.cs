using System.Text.Json;
using System.Text.Json.Serialization;
using TrackHub.ConsoleApi.Performance.Anomalies;
using TrackHub.ConsoleApi.Performance.Configuring;
using TrackHub.ConsoleApi.Performance.Validating;
using TrackHub.Platform.Tenants;

namespace TrackHub.ConsoleApi.Performance.Contract;

/// <summary>How the contract's records are written and its requests are read.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    AllowDuplicateProperties = false,
    Converters = [typeof(UtcTimeConverter), typeof(SecretTextConverter)])]
[JsonSerializable(typeof(IReadOnlyList<PerformanceMetric>))]
[JsonSerializable(typeof(IReadOnlyList<PerformanceAnomaly>))]
[JsonSerializable(typeof(PerformanceConfig))]
[JsonSerializable(typeof(KeyValidation))]
[JsonSerializable(typeof(ConfigChange))]
[JsonSerializable(typeof(StatusChange))]
[JsonSerializable(typeof(ValidateRequest))]
internal sealed partial class PerformanceJson : JsonSerializerContext;

/// <summary>Moments as <c>2026-11-22T03:00:00Z</c>, with a fraction where there is one.</summary>
internal sealed class UtcTimeConverter : JsonConverter<DateTimeOffset>
{
    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value.UtcDateTime);
}

/// <summary>Keys are read, and written only as <c>***</c>.</summary>
internal sealed class SecretTextConverter : JsonConverter<Secret<string>>
{
    /// <inheritdoc/>
    public override Secret<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetString() ?? "");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Secret<string> value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
