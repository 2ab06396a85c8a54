using System.Buffers;

namespace TrackHub.Platform.Identity;

/// <summary>Values that come hashed.</summary>
public static class Hashes
{
    private const int Sha256Digits = 64;
    private const int Md5Digits = 32;

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");
    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>A hash as Meta takes it: SHA-256 in 64 lower-case hexadecimal digits, with or without a parameter builder suffix.</summary>
    public static bool IsSendable(ReadOnlySpan<char> text) =>
        text.Length >= Sha256Digits && !text[..Sha256Digits].ContainsAnyExcept(LowerHex)
        && (text.Length == Sha256Digits || (text[Sha256Digits] == '.' && MetaCookies.IsSuffix(text[(Sha256Digits + 1)..])));

    /// <summary>64 hex digits.</summary>
    internal static bool IsSha256(ReadOnlySpan<char> text) => text.Length == Sha256Digits && !text.ContainsAnyExcept(Hex);

    /// <summary>32 hex digits, at least one of them a letter.</summary>
    internal static bool IsMd5(ReadOnlySpan<char> text) =>
        text.Length == Md5Digits && !text.ContainsAnyExcept(Hex) && text.ContainsAnyExceptInRange('0', '9');

    /// <summary>A ready hash made lower case, or one with a parameter builder suffix untouched.</summary>
    internal static bool TryPass(string? value, out Normalized hash)
    {
        var text = Text.Trim(value);
        hash = default;
        if (text.Length < Sha256Digits || !IsSha256(text[..Sha256Digits]))
            return false;

        if (text.Length == Sha256Digits)
            hash = Normalized.Hash(text.ToString().ToLowerInvariant());
        else if (text[Sha256Digits] == '.' && MetaCookies.IsSuffix(text[(Sha256Digits + 1)..]))
            hash = Normalized.Hash(text.ToString());
        return hash.HasValue;
    }

    /// <summary>As <see cref="TryPass"/>; MD5, which Meta does not take, is dropped.</summary>
    internal static bool TryPassOrDrop(string? value, out Normalized result)
    {
        if (TryPass(value, out result))
            return true;
        if (!IsMd5(Text.Trim(value)))
            return false;

        result = Normalized.Dropped(DropReason.Md5);
        return true;
    }

    /// <summary>The hash without a suffix, lower case: what two hashes are compared by.</summary>
    public static string WithoutSuffix(string hash) => hash.Length > Sha256Digits ? hash[..Sha256Digits].ToLowerInvariant() : hash;
}
