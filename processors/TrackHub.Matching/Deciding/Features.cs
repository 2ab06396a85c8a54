using TrackHub.Schemas;

namespace TrackHub.Matching.Deciding;

/// <summary>
/// What stage 3 compares, as short tags: equal values have equal tags, 0 is absent. 32 bits tell apart what lies behind one address;
/// a collision costs one wrong hint, never a key.
/// </summary>
internal readonly record struct Features(
    uint Ip, uint IpPrefix, uint UserAgent, ushort Browser, ushort BrowserMajor, ushort Os, ushort Country, ushort Region,
    uint Product, uint Campaign, uint Source)
{
    /// <summary>Bytes of the encoded form.</summary>
    public const int EncodedBytes = 34;

    /// <summary>The features of an event; a sale's product counts where the page names none.</summary>
    public static Features Of(MatchKeys keys, Traits traits, string? saleProduct = null) => new(
        Tag(keys.Ip), Tag(keys.IpPrefix), Tag(keys.UserAgent),
        Small(traits.Browser), (ushort)Math.Clamp(traits.BrowserMajor ?? 0, 0, ushort.MaxValue), Small(traits.Os),
        Small(traits.Country), Small(traits.Region),
        Tag(traits.Product ?? saleProduct), Tag(traits.UtmCampaign), Tag(traits.UtmSource));

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
