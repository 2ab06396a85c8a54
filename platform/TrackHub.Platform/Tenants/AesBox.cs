using System.Security.Cryptography;

namespace TrackHub.Platform.Tenants;

/// <summary>AES-256-GCM in one piece for what is sealed rarely: random 96-bit nonce, ciphertext, 128-bit tag.</summary>
internal static class AesBox
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    public static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> clear, ReadOnlySpan<byte> aad)
    {
        var box = new byte[NonceBytes + clear.Length + TagBytes];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(box.AsSpan(0, NonceBytes), clear, box.AsSpan(NonceBytes, clear.Length), box.AsSpan(NonceBytes + clear.Length), aad);
        return box;
    }

    /// <exception cref="CryptographicException">Another key, other associated data, or damaged.</exception>
    public static byte[] Open(ReadOnlySpan<byte> key, ReadOnlySpan<byte> box, ReadOnlySpan<byte> aad)
    {
        if (box.Length < NonceBytes + TagBytes)
            throw new CryptographicException($"A sealed box has at least {NonceBytes + TagBytes} bytes, this one {box.Length}.");

        var clear = new byte[box.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(key, TagBytes);
        aes.Decrypt(box[..NonceBytes], box[NonceBytes..^TagBytes], box[^TagBytes..], clear, aad);
        return clear;
    }
}
