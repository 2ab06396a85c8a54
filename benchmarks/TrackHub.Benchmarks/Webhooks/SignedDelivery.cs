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
internal sealed record SignedDelivery(byte[] Body, IHeaderDictionary Headers, IQueryCollection Query, IReadOnlyList<byte[]> Secrets)
{
    private const string BodyToken = "0123456789abcdef0123456789abcdef";

    // Gateways whose proof is a token in the body: a sample that carries it is signed.
    private static readonly Dictionary<string, string> TokenSamples = new() { ["perfectpay"] = "perfectpay/approved_card.json" };

    /// <summary>The gateway's: its first signature vector that verifies, else a sample with its token in the body.</summary>
    /// <exception cref="InvalidOperationException">There is neither.</exception>
    public static SignedDelivery Of(string gateway)
    {
        if (SamplePayloads.ValidVector(gateway) is { ValueKind: JsonValueKind.Object } vector)
            return New(gateway, vector.Utf8("body"), vector.GetProperty("key").GetString()!, vector);
        return TokenSamples.TryGetValue(gateway, out var file)
            ? New(gateway, SamplePayloads.Bytes(file), BodyToken, default)
            : throw new InvalidOperationException($"{gateway} has no signature vector that verifies, nor a sample with its token: add one.");
    }

    private static SignedDelivery New(string gateway, byte[] body, string secret, JsonElement vector)
    {
        var headers = new HeaderDictionary();
        var query = "";
        if (vector.ValueKind is JsonValueKind.Object)
        {
            if (vector.TryGetProperty("headers", out var given))
            {
                foreach (var header in given.EnumerateObject())
                    headers[header.Name] = header.Value.GetString();
            }

            query = vector.TryGetProperty("query", out var text) ? text.GetString() : "";
        }

        var connection = new GatewayConnection("con_example", SampleBrand.Brand.Id, gateway, [new(secret)], Active: true);
        return new(body, headers, new QueryCollection(QueryHelpers.ParseQuery(query)), Ingest.Webhooks.Secrets.Of(connection, SampleBrand.Now, out _));
    }
}
