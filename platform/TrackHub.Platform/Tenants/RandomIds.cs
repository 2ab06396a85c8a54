using System.Security.Cryptography;

namespace TrackHub.Platform.Tenants;

/// <summary>Ids and secrets made here: lower-case letters and digits only, so that they survive addresses, file names and shells.</summary>
internal static class RandomIds
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>Prefix and 16 characters, 82 bits: unique, no secret.</summary>
    public static string New(string prefix) => prefix + RandomNumberGenerator.GetString(Alphabet, 16);

    /// <summary>A brand's public id: 12 characters.</summary>
    public static string NewBrand() => RandomNumberGenerator.GetString(Alphabet, 12);

    /// <summary>40 characters, 206 bits: what a key or an address is trusted for.</summary>
    public static string NewSecret() => RandomNumberGenerator.GetString(Alphabet, 40);
}
