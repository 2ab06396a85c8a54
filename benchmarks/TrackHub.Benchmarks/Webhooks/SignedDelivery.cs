using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using TrackHub.Benchmarks.Samples;
using TrackHub.Platform.Tenants;

namespace TrackHub.Benchmarks.Webhooks;

/// <summary>A delivery whose proof is right, and what it is checked against.</summary>
/// <param name="Body">Raw bytes.</param>
/// <param name="Headers">Headers.</param>
/// <param name="Query">Query.</param>
/// <param name="Secrets">The connection's secrets, filled up as the intake does.</param>
/// <param name="ReceivedAt">When it came.</param>
internal sealed record SignedDelivery(
    byte[] Body, IHeaderDictionary Headers, IQueryCollection Query, IReadOnlyList<byte[]> Secrets, DateTimeOffset ReceivedAt)
{
    /// <summary>The gateway's first signature vector that verifies.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static SignedDelivery Of(string gateway) => SamplePayloads.ValidVector(gateway) is { ValueKind: JsonValueKind.Object } vector
        ? New(gateway, vector)
        : throw new InvalidOperationException($"{gateway} has no signature vector that verifies: add one.");

    private static SignedDelivery New(string gateway, JsonElement vector)
    {
        var headers = new HeaderDictionary();
        if (vector.TryGetProperty("headers", out var given))
        {
            foreach (var header in given.EnumerateObject())
                headers[header.Name] = header.Value.GetString();
        }

        var query = vector.TryGetProperty("query", out var text) ? text.GetString() : "";
        var at = vector.TryGetProperty("now", out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds.GetInt64()) : SampleBrand.Now;
        var connection = new GatewayConnection("con_example", SampleBrand.Brand.Id, gateway, [new(vector.GetProperty("key").GetString()!)], Active: true);
        return new(
            vector.Utf8("body"), headers, new QueryCollection(QueryHelpers.ParseQuery(query)), Ingest.Webhooks.Secrets.Of(connection, at, out _), at);
    }
}
