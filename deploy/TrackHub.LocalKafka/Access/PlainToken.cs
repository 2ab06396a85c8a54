using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace TrackHub.LocalKafka.Access;

/// <summary>What a client says of itself in SASL/PLAIN: <c>[authzid] NUL authcid NUL passwd</c>, UTF-8. Source: RFC 4616.</summary>
internal static class PlainToken
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Takes a token apart. As in Kafka, nobody may act for another: authzid is empty or the user itself.</summary>
    public static bool TryRead(ReadOnlySpan<byte> token, [NotNullWhen(true)] out string? user, out ReadOnlySpan<byte> password)
    {
        user = null;
        password = default;
        var first = token.IndexOf((byte)0);
        if (first < 0)
            return false;

        var actsFor = token[..first];
        var rest = token[(first + 1)..];
        var second = rest.IndexOf((byte)0);
        if (second <= 0 || rest[(second + 1)..].Contains((byte)0))
            return false;

        var name = rest[..second];
        if (!actsFor.IsEmpty && !actsFor.SequenceEqual(name))
            return false;

        password = rest[(second + 1)..];
        return TryText(name, out user);
    }

    private static bool TryText(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = StrictUtf8.GetString(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = null;
            return false;
        }
    }
}
