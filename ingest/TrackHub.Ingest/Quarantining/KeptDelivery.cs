using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using TrackHub.Ingest.Webhooks;

namespace TrackHub.Ingest.Quarantining;

/// <summary>All of a delivery that its proof may lie in. Only ever written sealed.</summary>
/// <param name="ReceivedAt">When it came: the window of its signature's time is judged against this.</param>
/// <param name="Headers">Headers as they came.</param>
/// <param name="Query">Query parameters.</param>
/// <param name="Body">Raw body.</param>
internal sealed record KeptDelivery(DateTimeOffset ReceivedAt, Dictionary<string, string?[]> Headers, Dictionary<string, string?[]> Query, byte[] Body)
{
    /// <summary>Content type of the body.</summary>
    public string? ContentType => Headers.TryGetValue("Content-Type", out var values) && values.Length > 0 ? values[0] : null;

    /// <summary>What came.</summary>
    public static KeptDelivery Of(Webhook webhook) => new(
        webhook.ReceivedAt,
        webhook.Headers.ToDictionary(static header => header.Key, static header => header.Value.ToArray(), StringComparer.OrdinalIgnoreCase),
        webhook.Query.ToDictionary(static parameter => parameter.Key, static parameter => parameter.Value.ToArray()),
        webhook.Body.ToArray());

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static KeptDelivery Parse(ReadOnlySpan<byte> bytes) => JsonSerializer.Deserialize(bytes, KeptJson.Default.KeptDelivery) ?? throw new JsonException();

    /// <summary>As bytes to seal.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, KeptJson.Default.KeptDelivery);

    /// <summary>The delivery as it came.</summary>
    public Webhook Again()
    {
        var headers = new HeaderDictionary();
        foreach (var (name, values) in Headers)
            headers[name] = values;
        return new(Body, headers, new QueryCollection(Query.ToDictionary(static one => one.Key, static one => new StringValues(one.Value))), ReceivedAt);
    }
}

[JsonSerializable(typeof(KeptDelivery))]
internal sealed partial class KeptJson : JsonSerializerContext;
