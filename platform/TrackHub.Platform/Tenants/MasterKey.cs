using System.Buffers.Text;
using System.Security.Cryptography;

namespace TrackHub.Platform.Tenants;

/// <summary>The master key: wraps the encryption keys and nothing else. Its check value tells a wrong key from damaged data.</summary>
public sealed class MasterKey
{
    /// <summary>Bytes of a master key.</summary>
    public const int Bytes = 32;

    private readonly byte[] _key;

    private MasterKey(byte[] key)
    {
        _key = key;
        CheckValue = HMACSHA256.HashData(key, "trackhub master key check v1"u8)[..16];
    }

    /// <summary>Tells which key sealed something, and nothing about the key: 16 bytes of an HMAC over a constant.</summary>
    public byte[] CheckValue { get; }

    /// <summary>Reads a key from base64 or hex.</summary>
    /// <exception cref="FormatException">Not 32 bytes, or one that anybody could guess.</exception>
    public static MasterKey Parse(string text) => Fault(text) is { } fault ? throw new FormatException(fault) : new(Decode(text)!);

    /// <summary>A new random key, for tests and for the first start of a machine.</summary>
    public static string NewText() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>What is wrong with a text, without repeating it; null when it is a key.</summary>
    internal static string? Fault(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return "The master key is missing; it is 32 random bytes in base64.";
        if (Decode(text) is not { } key)
            return "The master key is neither base64 nor hex; it is 32 random bytes in base64.";
        if (key.Length != Bytes)
            return $"The master key has {key.Length} bytes; it must have {Bytes}.";

        // Zeros, one byte repeated, a counting sequence: samples from documentation, not keys.
        return key.Distinct().Count() < 12 || key.Zip(key.Skip(1), static (a, b) => (byte)(b - a)).Distinct().Count() == 1
            ? "The master key is not random; a sample must not guard real secrets."
            : null;
    }

    /// <summary>Whether a stored check value is this key's, in constant time.</summary>
    internal bool Matches(ReadOnlySpan<byte> checkValue) => CryptographicOperations.FixedTimeEquals(CheckValue, checkValue);

    /// <summary>An encryption key, sealed.</summary>
    internal byte[] Wrap(string keyId, ReadOnlySpan<byte> key) => AesBox.Seal(_key, key, Identity.LengthPrefixed.Of("encryption_key", keyId));

    /// <summary>An encryption key, opened.</summary>
    /// <exception cref="CryptographicException">Sealed under another master key, for another id, or damaged.</exception>
    internal byte[] Unwrap(string keyId, ReadOnlySpan<byte> box) => AesBox.Open(_key, box, Identity.LengthPrefixed.Of("encryption_key", keyId));

    private static byte[]? Decode(string text)
    {
        var trimmed = text.Trim();
        if (trimmed.Length == Bytes * 2 && trimmed.All(char.IsAsciiHexDigit))
            return Convert.FromHexString(trimmed);
        return Base64.IsValid(trimmed) ? Convert.FromBase64String(trimmed) : null;
    }
}

/// <summary>The master key given is not the one the database was sealed under: nothing can be opened, so nothing starts.</summary>
public sealed class WrongMasterKeyException()
    : Exception(
        "Secrets:MasterKey is not the key this database was sealed with. Set the right one, or the old one as Secrets:PreviousMasterKey "
        + "and run `trackhub migrate`.");
