using System.Buffers;
using System.Globalization;

namespace TrackHub.Platform.Identity;

/// <summary>Meta's click cookie <c>fb.{index}.{unix ms}.{fbclid}[.{suffix}]</c>. Values are passed on byte for byte, never rebuilt.</summary>
public readonly ref struct Fbc
{
    /// <summary>Characters of a cookie beyond its click id, at most.</summary>
    public const int MostAround = 40;

    /// <summary>Subdomain index.</summary>
    public int Index { get; private init; }

    /// <summary>When the click id was first seen.</summary>
    public DateTimeOffset Time { get; private init; }

    /// <summary>The fbclid, case kept, without a parameter builder suffix.</summary>
    public ReadOnlySpan<char> ClickId { get; private init; }

    /// <summary>Reads a cookie; refuses fewer than 4 parts, another prefix, or a time that is not plausible milliseconds.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Fbc fbc)
    {
        fbc = default;
        if (!MetaCookies.TrySplit(text, out var index, out var time, out var restAt))
            return false;

        var clickId = text[restAt..];
        var lastDot = clickId.LastIndexOf('.');
        if (lastDot > 0 && MetaCookies.IsSuffix(clickId[(lastDot + 1)..]))
            clickId = clickId[..lastDot];

        fbc = new() { Index = index, Time = time, ClickId = clickId };
        return true;
    }

    /// <summary>Writes the cookie for a click id of a page address, for a server that sets no cookie itself; returns its length.</summary>
    /// <param name="cookie">At least <see cref="MostAround"/> characters more than the click id.</param>
    /// <param name="fbclid">Decoded once from the query; case-sensitive and opaque.</param>
    /// <param name="time">When it was first seen: the landing, not the sale.</param>
    /// <param name="index">Subdomain index; Meta says 1 where no cookie is set.</param>
    public static int Write(Span<char> cookie, ReadOnlySpan<char> fbclid, DateTimeOffset time, int index = 1)
    {
        cookie.TryWrite(CultureInfo.InvariantCulture, $"fb.{index}.{time.ToUnixTimeMilliseconds()}.{fbclid}", out var written);
        return written;
    }

    /// <summary>The click id of a cookie, or empty when it is none.</summary>
    public static ReadOnlySpan<char> ClickIdOf(ReadOnlySpan<char> text) => TryParse(text, out var fbc) ? fbc.ClickId : default;
}

/// <summary>Meta's browser cookie <c>fb.{index}.{unix ms}.{random number}[.{suffix}]</c>.</summary>
public static class Fbp
{
    /// <summary>Whether the value is a browser cookie that may be sent, unchanged.</summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        if (!MetaCookies.TrySplit(text, out _, out _, out var restAt))
            return false;

        var random = text[restAt..];
        var dot = random.IndexOf('.');
        if (dot >= 0)
        {
            if (!MetaCookies.IsSuffix(random[(dot + 1)..]))
                return false;
            random = random[..dot];
        }

        return random.Length is > 0 and <= 20 && !random.ContainsAnyExceptInRange('0', '9');
    }
}

/// <summary>What both cookies share. Source: Meta "fbp and fbc"; facebook/capi-param-builder.</summary>
internal static class MetaCookies
{
    // A cookie in seconds has 10 digits. 2010 is before Meta had click ids; 2100 is a broken clock.
    private const long EarliestMs = 1_262_304_000_000;
    private const long LatestMs = 4_102_444_800_000;

    private static readonly SearchValues<char> Base64Url =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Splits off <c>fb.{index}.{ms}.</c>; the rest begins at <paramref name="restAt"/> and is not empty.</summary>
    public static bool TrySplit(ReadOnlySpan<char> text, out int index, out DateTimeOffset time, out int restAt)
    {
        index = 0;
        time = default;
        restAt = 0;
        if (!text.StartsWith("fb."))
            return false;

        var afterIndex = 3 + text[3..].IndexOf('.');
        var afterTime = afterIndex < 3 ? -1 : afterIndex + 1 + text[(afterIndex + 1)..].IndexOf('.');
        if (afterTime <= afterIndex || afterTime == text.Length - 1)
            return false;

        if (!int.TryParse(text[3..afterIndex], NumberStyles.None, CultureInfo.InvariantCulture, out index)
            || afterTime - afterIndex - 1 != 13
            || !long.TryParse(text[(afterIndex + 1)..afterTime], NumberStyles.None, CultureInfo.InvariantCulture, out var ms)
            || ms is < EarliestMs or > LatestMs)
        {
            return false;
        }

        time = DateTimeOffset.FromUnixTimeMilliseconds(ms);
        restAt = afterTime + 1;
        return true;
    }

    /// <summary>
    /// Whether a last part is a parameter builder suffix: base64url of 6 bytes, the first of them 1, or the older two letters that
    /// name a language. Languages and versions to come are taken as well.
    /// </summary>
    public static bool IsSuffix(ReadOnlySpan<char> part) => part.Length switch
    {
        8 => part.StartsWith("AQ") && !part.ContainsAnyExcept(Base64Url),
        2 => part is "AQ" or "Ag" or "Aw" or "BA" or "BQ" or "Bg",
        _ => false,
    };
}
