using System.Collections.Frozen;

namespace TrackHub.Platform.Money;

/// <summary>Amounts as integers of a currency's smallest unit: what records carry, and what the gateways' and Meta's decimals become.</summary>
/// <remarks>Source of the exponents: ISO 4217, list one. A code that is not listed has two decimals.</remarks>
public static class MinorUnits
{
    // One trillion of any currency: beyond a sale, far below what a long holds.
    private const decimal Largest = 1_000_000_000_000m;

    private static readonly FrozenDictionary<string, int> Exponents = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["BIF"] = 0,
        ["CLP"] = 0,
        ["DJF"] = 0,
        ["GNF"] = 0,
        ["ISK"] = 0,
        ["JPY"] = 0,
        ["KMF"] = 0,
        ["KRW"] = 0,
        ["PYG"] = 0,
        ["RWF"] = 0,
        ["UGX"] = 0,
        ["VND"] = 0,
        ["VUV"] = 0,
        ["XAF"] = 0,
        ["XOF"] = 0,
        ["XPF"] = 0,
        ["BHD"] = 3,
        ["IQD"] = 3,
        ["JOD"] = 3,
        ["KWD"] = 3,
        ["LYD"] = 3,
        ["OMR"] = 3,
        ["TND"] = 3,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Decimals of a currency.</summary>
    /// <param name="currency">ISO 4217 code, upper case.</param>
    /// <returns>0, 2 or 3.</returns>
    public static int Exponent(string currency) => Exponents.GetValueOrDefault(currency, 2);

    /// <summary>Turns an amount in major units (197.00 reais) into minor units (19700), rounding halves away from zero.</summary>
    /// <returns>False for a negative amount and for one beyond a trillion.</returns>
    public static bool TryFromMajor(decimal major, string currency, out long minor)
    {
        minor = 0;
        if (major is < 0 or > Largest)
            return false;

        minor = (long)Math.Round(major * PerMajor(currency), MidpointRounding.AwayFromZero);
        return true;
    }

    /// <summary>Turns an amount in minor units (19700) into major units (197.00).</summary>
    /// <remarks>What dividing by <see cref="PerMajor"/> gives, down to the decimals that are shown, without a division of decimals: pages of figures turn thousands.</remarks>
    public static decimal ToMajor(long minor, string currency)
    {
        var (digits, decimals) = (minor, Exponent(currency));
        while (decimals > 0 && digits % 10 == 0)
        {
            digits /= 10;
            decimals--;
        }

        var size = digits < 0 ? unchecked((ulong)-digits) : (ulong)digits;
        return new((int)size, (int)(size >> 32), hi: 0, isNegative: digits < 0, (byte)decimals);
    }

    /// <summary>Minor units in one major unit of a currency: 1, 100 or 1,000.</summary>
    public static int PerMajor(string currency) => Exponent(currency) switch
    {
        0 => 1,
        3 => 1000,
        _ => 100,
    };
}
