using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.WebUtilities;
using TrackHub.Ingest.Json;

namespace TrackHub.Ingest.Tracking;

/// <summary>What is kept of a page's address: the known parameters, and nothing that could name a person.</summary>
/// <param name="Kept">Scheme, host, path and utm parameters; no click id, no other parameter, no fragment, no user.</param>
/// <param name="Page">Host and path.</param>
/// <param name="Utm">Campaign parameters, decoded.</param>
/// <param name="Fbclid">Meta click id, decoded once, byte for byte.</param>
/// <param name="Gclid">Google click id.</param>
internal readonly record struct PageAddress(string? Kept, string? Page, Utm Utm, string? Fbclid, string? Gclid)
{
    private const int MaxKept = 2 * 1024;

    // A campaign's usual parameters; longer ones are put together in a rented buffer.
    private const int StackCharacters = 512;

    /// <summary>What is kept of a text that is no address.</summary>
    public static PageAddress None => default;

    /// <summary>Reads an absolute http or https address; false for anything else.</summary>
    public static bool TryRead(ReadOnlyMemory<char> text, out PageAddress address)
    {
        if (AddressParts.TrySplit(text, out var parts))
        {
            address = Keep(parts);
            return true;
        }

        address = None;
        return false;
    }

    /// <summary>Host and path of an absolute http or https address; null for anything else.</summary>
    public static string? PageOf(ReadOnlyMemory<char> text) =>
        AddressParts.TrySplit(text, out var parts) ? Cut(string.Concat(parts.Host.Span, PathOf(parts))) : null;

    private static PageAddress Keep(AddressParts parts)
    {
        var utm = default(Utm);
        string? fbclid = null;
        string? gclid = null;
        var kept = new DefaultInterpolatedStringHandler(0, 0, CultureInfo.InvariantCulture, stackalloc char[StackCharacters]);
        kept.AppendFormatted(parts.Scheme.Span);
        kept.AppendLiteral("://");
        kept.AppendFormatted(parts.Host.Span);
        kept.AppendFormatted(PathOf(parts));
        var separator = '?';
        foreach (var pair in new QueryStringEnumerable(parts.Query))
        {
            var name = pair.DecodeName().Span;
            if (name is "fbclid")
                fbclid ??= NullIfEmpty(pair.DecodeValue().ToString());
            else if (name is "gclid")
                gclid ??= TolerantReads.Clean(pair.DecodeValue().ToString());
            else if (name.StartsWith("utm_", StringComparison.Ordinal) && Take(ref utm, name, TolerantReads.Clean(pair.DecodeValue().ToString())))
            {
                kept.AppendFormatted(separator);
                kept.AppendFormatted(pair.EncodedName.Span);
                kept.AppendFormatted('=');
                kept.AppendFormatted(pair.EncodedValue.Span);
                separator = '&';
            }
        }

        var address = new PageAddress(
            kept.Text[..Math.Min(kept.Text.Length, MaxKept)].ToString(), Cut(string.Concat(parts.Host.Span, PathOf(parts))), utm, fbclid, gclid);
        kept.Clear();
        return address;
    }

    private static bool Take(ref Utm utm, ReadOnlySpan<char> name, string? value)
    {
        if (value is null)
            return false;

        switch (name)
        {
            case "utm_source": utm = utm with { Source = value }; return true;
            case "utm_medium": utm = utm with { Medium = value }; return true;
            case "utm_campaign": utm = utm with { Campaign = value }; return true;
            case "utm_content": utm = utm with { Content = value }; return true;
            case "utm_term": utm = utm with { Term = value }; return true;
            case "utm_id": return true;
            default: return false;
        }
    }

    // Some shops put the visitor's e-mail into the path of their thank-you page.
    private static ReadOnlySpan<char> PathOf(AddressParts parts)
    {
        var path = parts.Path.Span;
        return path.Contains('@') || path.Contains("%40", StringComparison.Ordinal) ? "/" : path;
    }

    private static string Cut(string text) => text.Length <= MaxKept ? text : text[..MaxKept];

    private static string? NullIfEmpty(string text) => text.Length is 0 ? null : text;
}
