using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TrackHub.MetaSim.AdAccounts;

/// <summary>Figures of an hour, made from seed, account, date and hour alone: however often and in whatever parts they are asked for, they are the same. Pure.</summary>
internal static class AdFigures
{
    /// <summary>The row of an hour. One hour in eight has nothing; nights are quieter than evenings.</summary>
    public static AdRow Of(AdAccount account, DateOnly date, int hour)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{account.Seed}/{account.Id}/{date:yyyy-MM-dd}/{hour}");
        var noise = SHA256.HashData(Encoding.UTF8.GetBytes(name));
        if (noise[0] < 32)
            return new(date, hour, 0, 0, 0);

        var busy = hour is >= 9 and <= 23 ? 3 : 1;
        var impressions = busy * (200 + BinaryPrimitives.ReadUInt16BigEndian(noise.AsSpan(1)) % 800);
        var clicks = impressions * (10 + noise[3] % 30) / 1_000;   // 1 to 4 %

        // Cents, as Meta tells them: 0.40 to 2.39 a click.
        var cents = clicks * (40L + BinaryPrimitives.ReadUInt16BigEndian(noise.AsSpan(4)) % 200);
        return new(date, hour, cents * 10_000, clicks, impressions);
    }
}
