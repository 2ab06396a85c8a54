using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;

namespace TrackHub.Ingest.Webhooks.Kiwify;

/// <summary>Kiwify's proof: lower-case hex HMAC-SHA1 under the webhook's token, in the query or, for the wrapped body, in the body.</summary>
/// <remarks>
/// Sources: docs.kiwify.com.br "Receber e validar webhooks" for the flat body; public handlers for the wrapper <c>{url, signature, order}</c>,
/// whose signature covers only the bytes of <c>order</c>, or what JavaScript's <c>JSON.stringify</c> makes of them. Raw bytes are tried first.
/// </remarks>
internal static class KiwifySignature
{
    /// <summary>Checks a delivery.</summary>
    /// <param name="body">Raw body.</param>
    /// <param name="query">Query parameter <c>signature</c>, null if absent.</param>
    /// <param name="secrets">Tokens; each is tried at every step.</param>
    /// <returns>The step that matched: raw, order or compact; null if none did.</returns>
    public static string? Verify(ReadOnlySpan<byte> body, string? query, IReadOnlyList<byte[]> secrets)
    {
        // A registered address that ends in ?x=y may be joined naively, which leaves ?x=y behind the signature.
        var inQuery = Decode(query?.Split('?')[0]);
        if (Matches(body, inQuery, secrets))
            return "raw";

        var wrapper = Wrapper.Find(body);
        var order = wrapper.OrderLength > 0 ? body.Slice(wrapper.OrderStart, wrapper.OrderLength) : default;
        var presented = Decode(wrapper.Signature) ?? inQuery;
        if (!order.IsEmpty && Matches(order, presented, secrets))
            return "order";

        var compact = JavaScriptJson.Stringify(order.IsEmpty ? body : order);
        return compact is not null && Matches(compact, presented, secrets) ? "compact" : null;
    }

    private static byte[]? Decode(string? hex)
    {
        var bytes = new byte[HMACSHA1.HashSizeInBytes];
        return hex is { Length: 2 * HMACSHA1.HashSizeInBytes }
            && Convert.FromHexString(hex, bytes, out _, out _) == System.Buffers.OperationStatus.Done
                ? bytes
                : null;
    }

    [SuppressMessage("Security", "CA5350", Justification = "HMAC-SHA1 is the gateway's protocol; as a MAC it is not broken.")]
    private static bool Matches(ReadOnlySpan<byte> message, byte[]? signature, IReadOnlyList<byte[]> secrets)
    {
        Span<byte> expected = stackalloc byte[HMACSHA1.HashSizeInBytes];
        var matches = false;
        foreach (var secret in secrets)
        {
            HMACSHA1.HashData(secret, message, expected);
            matches |= CryptographicOperations.FixedTimeEquals(expected, signature ?? []);
        }

        return matches;
    }

    /// <summary>Where <c>order</c> and <c>signature</c> lie in a wrapped body.</summary>
    private readonly record struct Wrapper(int OrderStart, int OrderLength, string? Signature)
    {
        public static Wrapper Find(ReadOnlySpan<byte> body)
        {
            try
            {
                return Scan(body);
            }
            catch (Exception fault) when (fault is JsonException or InvalidOperationException)
            {
                return default;
            }
        }

        private static Wrapper Scan(ReadOnlySpan<byte> body)
        {
            var reader = new Utf8JsonReader(body, Json.StrictJson.ReaderOptions);
            if (!reader.Read() || reader.TokenType is not JsonTokenType.StartObject)
                return default;

            var found = default(Wrapper);
            while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
            {
                var isOrder = reader.ValueTextEquals("order"u8);
                var isSignature = reader.ValueTextEquals("signature"u8);
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                if (isSignature && reader.TokenType is JsonTokenType.String)
                    found = found with { Signature = reader.GetString() };
                var isObject = reader.TokenType is JsonTokenType.StartObject;
                reader.Skip();
                if (isOrder && isObject)
                    found = found with { OrderStart = start, OrderLength = (int)reader.BytesConsumed - start };
            }

            return found;
        }
    }
}
