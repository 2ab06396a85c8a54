using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace TrackHub.Platform.Tenants;

/// <summary>Match keys as text: click_id, session_id, email, phone.</summary>
internal static class MatchKeyNames
{
    /// <summary>Comma-separated names.</summary>
    public static string Join(IEnumerable<MatchKey> keys) =>
        string.Join(',', keys.Select(static key => JsonNamingPolicy.SnakeCaseLower.ConvertName(key.ToString())));

    /// <summary>Reads a list without repetition, or <c>none</c>; null for anything else.</summary>
    public static JsonNode? Read(string value)
    {
        var names = value == "none" ? [] : value.Split(',', StringSplitOptions.TrimEntries);
        if (names.Distinct().Count() != names.Length || names.Any(static name => !IsName(name)))
            return null;
        return new JsonArray([.. names.Select(static name => JsonValue.Create(name))]);
    }

    private static bool IsName(string name) => Enum.GetValues<MatchKey>().Any(key => Join([key]) == name);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(MatchKeyConverter)],
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip)]
[JsonSerializable(typeof(BrandSettings))]
[JsonSerializable(typeof(PixelSettings))]
internal sealed partial class SettingsJson : JsonSerializerContext;

internal sealed class MatchKeyConverter() : JsonStringEnumConverter<MatchKey>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);
