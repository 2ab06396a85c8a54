using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace TrackHub.Ingest.Webhooks;

/// <summary>Compares HMAC-SHA256 signatures in constant time.</summary>
internal static class HmacSha256
{
    private const string SchemePrefix = "sha256=";

    /// <summary>Whether a presented signature is one of the secrets' over the message. All secrets are always tried.</summary>
    /// <param name="message">Exactly the signed bytes.</param>
    /// <param name="presented">Hex in either case or base64, with or without <c>sha256=</c>; null matches nothing.</param>
    /// <param name="secrets">Keys, used as they are.</param>
    public static bool AnyMatches(ReadOnlySpan<byte> message, string? presented, IReadOnlyList<byte[]> secrets)
    {
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var isReadable = TryDecode(presented, given);
        var matches = false;
        foreach (var secret in secrets)
        {
            HMACSHA256.HashData(secret, message, expected);
            matches |= CryptographicOperations.FixedTimeEquals(expected, given);
        }

        return isReadable && matches;
    }

    private static bool TryDecode(string? presented, Span<byte> signature)
    {
        var text = presented.AsSpan().Trim();
        if (text.StartsWith(SchemePrefix, StringComparison.OrdinalIgnoreCase))
            text = text[SchemePrefix.Length..];
        if (text.Length == 2 * signature.Length)
            return Convert.FromHexString(text, signature, out _, out _) == OperationStatus.Done;
        return text.Length == Base64.GetMaxEncodedToUtf8Length(signature.Length)
            && Convert.TryFromBase64Chars(text, signature, out var written) && written == signature.Length;
    }
}
