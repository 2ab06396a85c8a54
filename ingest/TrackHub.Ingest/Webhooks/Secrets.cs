using System.Security.Cryptography;
using System.Text;
using TrackHub.Platform.Tenants;

namespace TrackHub.Ingest.Webhooks;

/// <summary>The secrets a delivery is checked against.</summary>
internal static class Secrets
{
    // Two active secrets are the most a connection has; every check tries two, so that time does not tell how many there are,
    // nor whether the connection exists.
    private const int Tried = 2;

    private static readonly byte[] Dummy = Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(32));

    /// <summary>
    /// Usable secrets of a connection, filled up with ones that nobody knows: none that is shorter than
    /// <see cref="GatewayConnection.MinSecretBytes"/> (a connection without another is disabled) and none whose overlap has ended.
    /// </summary>
    /// <param name="connection">The connection; null if there is none of that name.</param>
    /// <param name="now">The present.</param>
    /// <param name="usable">Number of real ones among them.</param>
    public static IReadOnlyList<byte[]> Of(GatewayConnection? connection, DateTimeOffset now, out int usable)
    {
        var secrets = new List<byte[]>(Tried);
        var inForce = connection is { OverlapEnds: { } end } && end <= now ? connection.Secrets.Take(1) : connection?.Secrets ?? [];
        foreach (var secret in inForce)
        {
            var bytes = Encoding.UTF8.GetBytes(secret.Reveal().Trim());
            if (bytes.Length >= GatewayConnection.MinSecretBytes)
                secrets.Add(bytes);
        }

        usable = secrets.Count;
        while (secrets.Count < Tried)
            secrets.Add(Dummy);
        return secrets;
    }

    /// <summary>Whether a presented token equals one of the secrets, byte for byte, in constant time.</summary>
    public static bool AnyEquals(string? presented, IReadOnlyList<byte[]> secrets)
    {
        // Hashes have one length, so that not even the length of a secret shows.
        Span<byte> left = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> right = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(presented?.Trim() ?? ""), left);

        var equal = false;
        foreach (var secret in secrets)
        {
            SHA256.HashData(secret, right);
            equal |= CryptographicOperations.FixedTimeEquals(left, right);
        }

        return equal;
    }
}
