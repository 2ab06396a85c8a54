using System.Net;

namespace TrackHub.Ingest.Webhooks;

/// <summary>Takes a connection's secrets out of a body that is going to be kept.</summary>
internal static class Masking
{
    private const byte Star = (byte)'*';

    /// <summary>
    /// A copy in which the string values of the named properties, at any depth, and the secrets themselves, wherever they stand, as they are
    /// or as a form spells them, are stars. Works on bytes, so also on what is not JSON; the length stays, so that positions in a fault's
    /// text still hold.
    /// </summary>
    public static byte[] Mask(ReadOnlySpan<byte> body, IReadOnlyList<string> properties, IEnumerable<byte[]> secrets)
    {
        var masked = body.ToArray();
        foreach (var secret in secrets)
        {
            MaskAll(masked, secret);
            MaskAll(masked, WebUtility.UrlEncodeToBytes(secret, 0, secret.Length));
        }

        foreach (var property in properties)
            MaskValues(masked, System.Text.Encoding.UTF8.GetBytes($"\"{property}\""));
        return masked;
    }

    private static void MaskAll(Span<byte> bytes, ReadOnlySpan<byte> secret)
    {
        for (int hit; secret.Length > 0 && (hit = bytes.IndexOf(secret)) >= 0; bytes = bytes[(hit + secret.Length)..])
            bytes.Slice(hit, secret.Length).Fill(Star);
    }

    // "name" white space : white space " value up to the next quote that no backslash escapes
    private static void MaskValues(Span<byte> bytes, ReadOnlySpan<byte> name)
    {
        while (bytes.IndexOf(name) is >= 0 and var hit)
        {
            bytes = bytes[(hit + name.Length)..];
            var at = SkipBlanks(bytes, 0);
            if (at >= bytes.Length || bytes[at] != (byte)':')
                continue;
            at = SkipBlanks(bytes, at + 1);
            if (at >= bytes.Length || bytes[at] != (byte)'"')
                continue;

            for (at++; at < bytes.Length && bytes[at] != (byte)'"'; at++)
            {
                var escape = bytes[at] == (byte)'\\';
                bytes[at] = Star;
                if (escape && at + 1 < bytes.Length)
                    bytes[++at] = Star;
            }

            bytes = bytes[Math.Min(at, bytes.Length)..];
        }
    }

    private static int SkipBlanks(ReadOnlySpan<byte> bytes, int at)
    {
        while (at < bytes.Length && bytes[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            at++;
        return at;
    }
}
