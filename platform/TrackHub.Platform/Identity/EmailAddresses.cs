using System.Buffers;
using System.Globalization;

namespace TrackHub.Platform.Identity;

/// <summary>E-mail addresses. Grammar: RFC 5321 dot-string local part, host of two labels or more; no quoted forms or address literals.</summary>
internal static class EmailAddresses
{
    private const int MaxLength = 254;

    private static readonly SearchValues<char> LocalCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+/=?^_`{|}~-.");
    private static readonly SearchValues<char> HostCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.");

    public static Normalized Normalize(string? value)
    {
        if (Hashes.TryPassOrDrop(value, out var hashed))
            return hashed;

        var text = Text.Trim(value);
        if (text.IsEmpty)
            return Normalized.Dropped(DropReason.Empty);
        if (text.Length > MaxLength)
            return Normalized.Dropped(DropReason.WrongLength);

        Span<char> buffer = stackalloc char[MaxLength];
        return NormalizeLowered(buffer[..Text.LowerComposed(text, buffer)]);
    }

    private static Normalized NormalizeLowered(ReadOnlySpan<char> text)
    {
        var at = text.IndexOf('@');
        if (at <= 0 || text[(at + 1)..].Contains('@'))
            return Normalized.Dropped(DropReason.Malformed);

        var local = text[..at];
        if (local.ContainsAnyExceptInRange('\0', '\u007f'))
            return Normalized.Dropped(DropReason.NotAscii);
        if (local.ContainsAnyExcept(LocalCharacters) || local[0] == '.' || local[^1] == '.' || local.IndexOf("..") >= 0)
            return Normalized.Dropped(DropReason.Malformed);

        var host = text[(at + 1)..];
        if (!host.ContainsAnyExceptInRange('\0', '\u007f'))
            return IsHost(host) ? Normalized.Of(text.ToString()) : Normalized.Dropped(DropReason.Malformed);

        return TryPunycode(host.ToString(), out var ascii) && IsHost(ascii)
            ? Normalized.Of(string.Concat(local, "@", ascii))
            : Normalized.Dropped(DropReason.Malformed);
    }

    private static bool TryPunycode(string host, out string ascii)
    {
        try
        {
            ascii = new IdnMapping().GetAscii(host).ToLowerInvariant();
            return true;
        }
        catch (ArgumentException)
        {
            ascii = "";
            return false;
        }
    }

    // Both official libraries ask for a dot and a top label of at least two that begins with a letter.
    private static bool IsHost(ReadOnlySpan<char> host)
    {
        if (host.ContainsAnyExcept(HostCharacters))
            return false;

        var labels = 0;
        var last = ReadOnlySpan<char>.Empty;
        foreach (var range in host.Split('.'))
        {
            last = host[range];
            labels++;
            if (last.Length is 0 or > 63 || last[0] == '-' || last[^1] == '-')
                return false;
        }

        return labels >= 2 && last.Length >= 2 && char.IsAsciiLetter(last[0]);
    }
}
