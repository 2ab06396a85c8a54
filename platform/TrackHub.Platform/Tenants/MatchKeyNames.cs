using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace TrackHub.Platform.Tenants;

/// <summary>Match keys as text: click_id, session_id, email, phone, external_id.</summary>
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

/// <summary>How settings stand in the database.</summary>
internal static class SettingsJson
{
    /// <summary>Snake case; an absent key has its property's default.</summary>
    /// <remarks>By reflection: generated serializers set every init-only property that is absent to null or zero, in place of its default.</remarks>
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new MatchKeyConverter() },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };
}

internal sealed class MatchKeyConverter() : JsonStringEnumConverter<MatchKey>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);
