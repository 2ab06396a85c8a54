using Microsoft.AspNetCore.WebUtilities;
using TrackHub.Ingest.Json;

namespace TrackHub.Ingest.Tracking;

/// <summary>What is kept of a page's address: the known parameters, and nothing that could name a person.</summary>
/// <param name="Kept">Scheme, host, path and utm parameters; no click id, no other parameter, no fragment, no user.</param>
/// <param name="Page">Host and path.</param>
/// <param name="Utm">Campaign parameters, decoded.</param>
/// <param name="Fbclid">Meta click id, decoded once, byte for byte.</param>
/// <param name="Gclid">Google click id.</param>
internal readonly record struct PageAddress(
    ReadOnlyMemory<char> Kept, ReadOnlyMemory<char> Page, Utm Utm, ReadOnlyMemory<char> Fbclid, ReadOnlyMemory<char> Gclid)
{
    private const int MaxKept = 2 * 1024;
    private const string SchemeEnd = "://";

    /// <summary>What is kept of a text that is no address.</summary>
    public static PageAddress None => default;

    /// <summary>Whether it is <see cref="None"/>.</summary>
    public bool IsNone => Kept.IsEmpty;

    /// <summary>Reads an absolute http or https address; false for anything else.</summary>
    /// <param name="text">The text; slices of it are kept.</param>
    /// <param name="arena">Where the rest of what is kept goes.</param>
    /// <param name="address">What is kept.</param>
    public static bool TryRead(ReadOnlyMemory<char> text, ref TextArena arena, out PageAddress address)
    {
        if (AddressParts.TrySplit(text, out var parts))
        {
            address = Keep(parts, ref arena);
            return true;
        }

        address = None;
        return false;
    }

    /// <summary>Host and path of an absolute http or https address; empty for anything else.</summary>
    public static ReadOnlyMemory<char> PageOf(ReadOnlyMemory<char> text, ref TextArena arena)
    {
        if (!AddressParts.TrySplit(text, out var parts))
            return default;

        var path = PathOf(parts);
        var page = arena.Room(parts.Host.Length + path.Length);
        parts.Host.Span.CopyTo(page.Span);
        path.CopyTo(page.Span[parts.Host.Length..]);
        return Cut(arena.Keep(page, page.Length));
    }

    private static PageAddress Keep(AddressParts parts, ref TextArena arena)
    {
        var utm = default(Utm);
        var fbclid = ReadOnlyMemory<char>.Empty;
        var gclid = ReadOnlyMemory<char>.Empty;
        var path = PathOf(parts);

        // Nothing is added to what the query has; its values are decoded behind it.
        var room = arena.Room(parts.Scheme.Length + SchemeEnd.Length + parts.Host.Length + path.Length + parts.Query.Length);
        arena.Keep(room, room.Length);
        var length = 0;
        Append(room, parts.Scheme.Span, ref length);
        Append(room, SchemeEnd, ref length);
        var pageAt = length;
        Append(room, parts.Host.Span, ref length);
        Append(room, path, ref length);
        var page = room[pageAt..length];
        var separator = "?";
        foreach (var pair in new QueryStringEnumerable(parts.Query))
        {
            var name = pair.DecodeName().Span;
            if (name is "fbclid")
            {
                fbclid = fbclid.IsEmpty ? Decoded(pair.EncodedValue, ref arena) : fbclid;
            }
            else if (name is "gclid")
            {
                gclid = gclid.IsEmpty ? TolerantReads.Clean(Decoded(pair.EncodedValue, ref arena)) : gclid;
            }
            else if (name.StartsWith("utm_", StringComparison.Ordinal) && Take(ref utm, name, TolerantReads.Clean(Decoded(pair.EncodedValue, ref arena))))
            {
                Append(room, separator, ref length);
                Append(room, pair.EncodedName.Span, ref length);
                Append(room, "=", ref length);
                Append(room, pair.EncodedValue.Span, ref length);
                separator = "&";
            }
        }

        return new(Cut(room[..length]), Cut(page), utm, fbclid, gclid);
    }

    private static void Append(Memory<char> room, ReadOnlySpan<char> text, ref int length)
    {
        text.CopyTo(room.Span[length..]);
        length += text.Length;
    }

    // As the framework's QueryStringEnumerable decodes, which makes a text of each.
    private static ReadOnlyMemory<char> Decoded(ReadOnlyMemory<char> encoded, ref TextArena arena)
    {
        if (!encoded.Span.ContainsAny('%', '+'))
            return encoded;

        var room = arena.Room(2 * encoded.Length);
        var spaced = room[..encoded.Length];
        encoded.Span.Replace(spaced.Span, '+', ' ');
        var decoded = room[encoded.Length..];
        Uri.TryUnescapeDataString(spaced.Span, decoded.Span, out var length);
        return arena.Keep(decoded, length);
    }

    private static bool Take(ref Utm utm, ReadOnlySpan<char> name, ReadOnlyMemory<char> value)
    {
        if (value.IsEmpty)
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

    private static ReadOnlyMemory<char> Cut(ReadOnlyMemory<char> text) => text.Length <= MaxKept ? text : text[..MaxKept];
}
