using System.Text.Json;
using System.Text.Json.Nodes;

namespace TrackHub.Platform.Tenants;

/// <summary>The rules of matching as JSON, as <c>brands rules --json</c> prints them and <c>replay --rules FILE</c> reads them.</summary>
public static class RulesText
{
    /// <summary>Settings with the rules of a file in place of their own; what the file does not name stays.</summary>
    /// <param name="settings">Present settings.</param>
    /// <param name="json">An object of keys of <see cref="BrandSettingKeys.Rules"/>; <c>version</c> and <c>since</c> are passed over.</param>
    /// <exception cref="AdminException">It is no object, names a key there is not, or a value it does not take.</exception>
    public static BrandSettings Apply(BrandSettings settings, string json)
    {
        var rules = JsonSerializer.SerializeToNode(settings, SettingsJson.Options)!.AsObject();
        foreach (var (name, value) in Read(json))
        {
            if (name is "version" or "since")
                continue;
            var key = BrandSettingKeys.Find(BrandSettingKeys.Rules, name);
            rules[key.Name] = key.Parse(SettingsColumn.ToText(value ?? ""));
        }

        return rules.Deserialize<BrandSettings>(SettingsJson.Options)!;
    }

    /// <summary>Every rule with the value stored in a brand's settings, or its default.</summary>
    internal static JsonObject Of(string settings)
    {
        var stored = JsonNode.Parse(settings)!.AsObject();
        return new(BrandSettingKeys.Rules.Select(key => KeyValuePair.Create<string, JsonNode?>(key.Name, stored[key.Name]?.DeepClone() ?? key.Parse(key.Default))));
    }

    private static JsonObject Read(string json)
    {
        try
        {
            return JsonNode.Parse(json) as JsonObject ?? throw new AdminException("The rules are no JSON object.");
        }
        catch (JsonException fault)
        {
            throw new AdminException($"The rules are no JSON: {fault.Message}");
        }
    }
}
