using TrackHub.Platform.Identity;
using TrackHub.Schemas;

namespace TrackHub.Matching.Deciding;

/// <summary>
/// What stage 3 compares, as short tags: equal values have equal tags, 0 is absent. 32 bits tell apart what lies behind one address;
/// a collision costs one wrong hint, never a key.
/// </summary>
internal readonly record struct Features(
    uint Ip, uint IpPrefix, uint UserAgent, ushort Browser, ushort BrowserMajor, ushort Os, ushort Country, ushort Region,
    uint Product, uint Campaign, uint Source, uint Page)
{
    /// <summary>The features of a browser event.</summary>
    public static Features Of(MatchKeys keys, Traits traits) => Of(keys, traits, traits.Product, PageName(traits.Page));

    /// <summary>The features of a sale: its product's id, and its product's name as a landing page would spell it.</summary>
    public static Features Of(MatchKeys keys, Traits traits, Sale? sale) => Of(keys, traits, traits.Product ?? sale?.ProductId, Slug.Of(sale?.ProductName));

    /// <summary>The last part of a page's path; null for a site's first page.</summary>
    private static string? PageName(string? page)
    {
        var parts = page?.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts is { Length: > 1 } ? Slug.Of(parts[^1]) : null;
    }

    private static Features Of(MatchKeys keys, Traits traits, string? product, string? page) => new(
        Tag(keys.Ip), Tag(keys.IpPrefix), Tag(keys.UserAgent),
        Small(traits.Browser), (ushort)Math.Clamp(traits.BrowserMajor ?? 0, 0, ushort.MaxValue), Small(traits.Os),
        Small(traits.Country), Small(traits.Region),
        Tag(product), Tag(traits.UtmCampaign), Tag(traits.UtmSource), Tag(page));

    /// <summary>FNV-1a over the lower-cased text, never 0 for a text that says something.</summary>
    public static uint Tag(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return 0;
        var hash = 2166136261u;
        foreach (var c in text)
            hash = (hash ^ char.ToLowerInvariant(c)) * 16777619u;
        return hash == 0 ? 1 : hash;
    }

    /// <summary>The first four bytes of a blind index, never 0 for one that is there.</summary>
    public static uint Tag(byte[]? index)
    {
        if (index is not { Length: >= 4 })
            return 0;
        var tag = BitConverter.ToUInt32(index);
        return tag == 0 ? 1 : tag;
    }

    private static ushort Small(string? text)
    {
        var tag = Tag(text);
        var folded = (ushort)(tag ^ (tag >> 16));
        return tag != 0 && folded == 0 ? (ushort)1 : folded;
    }
}
