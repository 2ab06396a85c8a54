using System.Security.Cryptography;
using System.Text;

namespace TrackHub.Platform.Tenants;

/// <summary>A password as it is kept: PBKDF2 with HMAC-SHA-256, a salt of its own, the number of iterations stored beside it.</summary>
/// <remarks>
/// RFC 8018 §5.2. The number of iterations is that of OWASP's Password Storage Cheat Sheet for this function; a hash with another number is checked with
/// its own, and one with fewer is made anew when its password is presented.
/// </remarks>
/// <param name="Salt">16 random bytes.</param>
/// <param name="Iterations">How often.</param>
/// <param name="Hash">32 bytes.</param>
public sealed record PasswordHash(byte[] Salt, int Iterations, byte[] Hash)
{
    /// <summary>Iterations of a new hash.</summary>
    public const int CurrentIterations = 600_000;

    /// <summary>Shortest password somebody may choose, in characters.</summary>
    public const int MinLength = 12;

    /// <summary>Longest password that is looked at, in characters.</summary>
    public const int MaxLength = 256;

    /// <summary>Whether a new hash would take more work to guess.</summary>
    public bool IsOutdated => Iterations < CurrentIterations;

    /// <summary>Hashes a new password.</summary>
    public static PasswordHash Of(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        return new(salt, CurrentIterations, Derive(password, salt, CurrentIterations));
    }

    /// <summary>A hash that no password has: who checks against it works as long as for a real one.</summary>
    public static PasswordHash OfNobody() => new(RandomNumberGenerator.GetBytes(16), CurrentIterations, RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes));

    /// <summary>Whether a password is the one. Takes as long for a wrong one.</summary>
    public bool Matches(string password) => CryptographicOperations.FixedTimeEquals(Derive(password, Salt, Iterations), Hash);

    private static byte[] Derive(string password, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
}
