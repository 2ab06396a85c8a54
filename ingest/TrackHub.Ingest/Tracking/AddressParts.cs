using System.Buffers;
using System.Globalization;

namespace TrackHub.Ingest.Tracking;

/// <summary>Parts of an absolute http or https address, as <see cref="Uri"/> gives them.</summary>
/// <param name="Scheme">http or https.</param>
/// <param name="Host">Lower case, in punycode; with the port where it is not the scheme's.</param>
/// <param name="Path">Escaped, at least a slash.</param>
/// <param name="Query">Escaped, with its question mark; empty for none.</param>
internal readonly record struct AddressParts(ReadOnlyMemory<char> Scheme, ReadOnlyMemory<char> Host, ReadOnlyMemory<char> Path, ReadOnlyMemory<char> Query)
{
    private const int MaxPlainHost = 200;
    private const int MaxLabel = 63;
    private const string SchemeEnd = "://";

    private static readonly SearchValues<char> HostCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.");

    private static readonly SearchValues<char> PlainCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/?#=&+,;:%");

    private static readonly SearchValues<char> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");

    /// <summary>Splits an address; false for anything but absolute http and https. What is plain is sliced, the rest is left to <see cref="Uri"/>.</summary>
    /// <remarks>A <see cref="Uri"/> and its pieces are 2 kB for each click; a property test holds the two together.</remarks>
    public static bool TrySplit(ReadOnlyMemory<char> text, out AddressParts parts) => TrySlice(text, out parts) || TrySplitByUri(text, out parts);

    /// <summary>Splits an address in which <see cref="Uri"/> would change nothing; false for any other, sound or not.</summary>
    internal static bool TrySlice(ReadOnlyMemory<char> text, out AddressParts parts)
    {
        parts = default;
        var span = text.Span;
        var scheme = span.StartsWith("https://", StringComparison.Ordinal) ? 5 : span.StartsWith("http://", StringComparison.Ordinal) ? 4 : 0;
        if (scheme is 0)
            return false;

        var hostAt = scheme + SchemeEnd.Length;
        var hostLength = span[hostAt..].IndexOfAnyExcept(HostCharacters);
        if (hostLength < 0)
            hostLength = span.Length - hostAt;
        var pathAt = hostAt + hostLength;
        if (!IsPlainHost(span.Slice(hostAt, hostLength)) || pathAt == span.Length || span[pathAt] is not '/' || !IsPlain(span[pathAt..]))
            return false;

        var fragmentAt = span.IndexOf('#');
        var end = fragmentAt < 0 ? span.Length : fragmentAt;
        var queryAt = span[..end].IndexOf('?');
        if (queryAt < 0)
            queryAt = end;
        if (span[pathAt..queryAt].ContainsAny('%', ':') || span[pathAt..queryAt].Contains("/.", StringComparison.Ordinal))
            return false;

        parts = new(text[..scheme], text.Slice(hostAt, hostLength), text[pathAt..queryAt], text[queryAt..end]);
        return true;
    }

    private static bool TrySplitByUri(ReadOnlyMemory<char> text, out AddressParts parts)
    {
        parts = default;
        if (!Uri.TryCreate(text.ToString(), UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps))
            return false;

        var host = uri.IsDefaultPort ? uri.IdnHost : $"{uri.IdnHost}:{uri.Port}";
        parts = new(uri.Scheme.AsMemory(), host.AsMemory(), uri.AbsolutePath.AsMemory(), uri.Query.AsMemory());
        return true;
    }

    // Labels of letters, digits and inner dashes, the last of letters: no number that Uri takes for an IPv4 address, no punycode that it checks.
    private static bool IsPlainHost(ReadOnlySpan<char> host)
    {
        if (host.Length is 0 or > MaxPlainHost || host.Contains("xn--", StringComparison.Ordinal))
            return false;

        var last = host;
        foreach (var range in host.Split('.'))
        {
            last = host[range];
            if (last.Length is 0 or > MaxLabel || last[0] is '-' || last[^1] is '-')
                return false;
        }

        return !last.ContainsAnyExceptInRange('a', 'z');
    }

    // Escapes of ASCII that has to be escaped; others are unescaped, or escaped anew.
    private static bool IsPlain(ReadOnlySpan<char> text)
    {
        if (text.ContainsAnyExcept(PlainCharacters))
            return false;

        for (var at = text.IndexOf('%'); at >= 0; at = text.IndexOf('%'))
        {
            if (at + 2 >= text.Length
                || !byte.TryParse(text.Slice(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var escaped)
                || escaped > 0x7F || Unreserved.Contains((char)escaped))
            {
                return false;
            }

            text = text[(at + 3)..];
        }

        return true;
    }
}
