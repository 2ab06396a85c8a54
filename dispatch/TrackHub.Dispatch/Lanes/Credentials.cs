using System.Security.Cryptography;
using System.Text;
using TrackHub.Platform.Tenants;

namespace TrackHub.Dispatch.Lanes;

/// <summary>Tells whether what Meta refused was replaced since, without keeping it.</summary>
internal static class Credentials
{
    /// <summary>16 hexadecimal digits that change with token, dataset and Graph version; nothing leads back from them to a token.</summary>
    public static string FingerprintOf(Pixel pixel, string apiVersion) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{pixel.Id}|{pixel.DatasetId}|{apiVersion}|{pixel.Token.Reveal()}")).AsSpan(0, 8));
}
