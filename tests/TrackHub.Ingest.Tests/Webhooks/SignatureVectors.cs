using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using TrackHub.Ingest.Webhooks;

namespace TrackHub.Ingest.Tests.Webhooks;

/// <summary>Reads the vectors of <c>signature-vectors.json</c>.</summary>
internal static class SignatureVectors
{
    /// <summary>The delivery of a vector, received when the vector says, and its connection's secrets.</summary>
    public static (Webhook Webhook, IReadOnlyList<byte[]> Secrets) Read(JsonElement vector)
    {
        var headers = new HeaderDictionary();
        if (vector.TryGetProperty("headers", out var given))
        {
            foreach (var header in given.EnumerateObject())
                headers[header.Name] = header.Value.GetString();
        }

        var query = new QueryCollection(QueryHelpers.ParseQuery(vector.TryGetProperty("query", out var text) ? text.GetString() : ""));
        var now = vector.TryGetProperty("now", out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds.GetInt64()) : World.Now;
        var webhook = new Webhook(Encoding.UTF8.GetBytes(vector.GetProperty("body").GetString()!), headers, query, now);
        var secrets = Secrets.Of(World.Connection("path", vector.GetProperty("gateway").GetString()!, isActive: true, vector.GetProperty("key").GetString()!).Value, now, out _);
        return (webhook, secrets);
    }
}
