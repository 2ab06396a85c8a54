using System.Text;

namespace TrackHub.Platform.Streams;

/// <summary>
/// Whether a record says one thing about whose it is. Keys of a brand's topics begin with the brand and a slash, and the header <c>brand</c> repeats
/// it; a record whose value names another brand is nobody's: taken for either, it could show one brand's buyer to another.
/// </summary>
public static class BrandClaim
{
    /// <summary>Reason of the dead letter.</summary>
    public const string Mismatch = "brand_mismatch";

    private const int LongestId = 64;

    /// <summary>What contradicts the brand of the value, for people; null if nothing does. A key without a slash and a missing header name no brand.</summary>
    /// <param name="record">The record.</param>
    /// <param name="brandId">The brand its value names.</param>
    public static string? FaultOf(StreamRecord record, string brandId)
    {
        if (record.Key is { } key && key.AsSpan().IndexOf((byte)'/') is >= 0 and var slash && !Names(key.AsSpan(0, slash), brandId))
            return "The key names another brand than the value.";
        if (record.HeaderBytes(RecordHeaders.BrandName) is { } header && !Names(header, brandId))
            return "The header names another brand than the value.";
        return null;
    }

    private static bool Names(ReadOnlySpan<byte> told, string brandId)
    {
        // Asked of every record; ids are ASCII, and one that is not has more bytes than letters.
        Span<byte> id = stackalloc byte[LongestId];
        return brandId.Length <= LongestId && Encoding.UTF8.TryGetBytes(brandId, id, out var length) ? told.SequenceEqual(id[..length]) : told.SequenceEqual(Encoding.UTF8.GetBytes(brandId));
    }
}
