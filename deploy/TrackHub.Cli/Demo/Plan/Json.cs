using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TrackHub.Cli.Demo.Plan;

/// <summary>JSON as gateways and the tracker write it: compact, text unescaped.</summary>
internal static class Json
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The node as compact text.</summary>
    public static string Text(JsonNode node) => node.ToJsonString(Compact);

    /// <summary>The object under a path; must exist.</summary>
    public static JsonObject Child(this JsonNode node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
            node = node[name] ?? throw new InvalidOperationException($"The sample has no {name}.");
        return node.AsObject();
    }
}
