using System.Collections.Frozen;
using System.Reflection;

namespace TrackHub.Platform.Identity;

/// <summary>Countries by code and by English, Portuguese and Spanish name, and how their phone numbers are written at home.</summary>
internal static class Countries
{
    // ISO 3166-1 alpha-2, alpha-3, names folded to a–z. Names from Unicode CLDR, plus those people use.
    private static readonly FrozenDictionary<string, string> Codes = ReadCodes();

    // Numbers without country code are read only where this table knows their length. Source: ITU-T E.164 national numbering plans.
    // Country, calling code, fewest and most digits at home.
    private static readonly FrozenDictionary<string, NationalNumbers> Phones = ReadPhones(
        """
        us 1 10 10; ca 1 10 10; pt 351 9 9; es 34 9 9; fr 33 9 9; gb 44 10 10; de 49 10 11; ch 41 9 9; ie 353 9 9; nl 31 9 9; be 32 9 9;
        ar 54 10 11; cl 56 9 9; co 57 10 10; mx 52 10 10; pe 51 9 9; uy 598 8 8; py 595 9 9; bo 591 8 8; ec 593 9 9; ve 58 10 10;
        ao 244 9 9; mz 258 9 9; cv 238 7 7; jp 81 9 10; au 61 9 9
        """);

    /// <summary>The alpha-2 code of a country's code or name, folded as by <see cref="Names.LookupKey"/>; null when unknown.</summary>
    public static string? Find(string key) => Codes.GetValueOrDefault(key);

    /// <summary>How numbers are written at home in a country; null when not known.</summary>
    public static NationalNumbers? PhonesOf(string alpha2) => Phones.TryGetValue(alpha2, out var numbers) ? numbers : null;

    /// <summary>Calling code of a country whose numbers are known, Brazil's included; null otherwise.</summary>
    public static string? CallingCodeOf(string alpha2) => alpha2 == "br" ? "55" : PhonesOf(alpha2)?.CallingCode;

    private static FrozenDictionary<string, string> ReadCodes()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("countries.txt")
            ?? throw new InvalidOperationException("The assembly lacks its resource countries.txt.");
        using var reader = new StreamReader(stream);
        var codes = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            foreach (var word in words)
                codes.Add(word, words[0]);
        }

        return codes.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static FrozenDictionary<string, NationalNumbers> ReadPhones(string table) =>
        table.Split(';', StringSplitOptions.TrimEntries)
            .Select(static row => row.Split(' '))
            .ToFrozenDictionary(
                static row => row[0], static row => new NationalNumbers(row[1], int.Parse(row[2]), int.Parse(row[3])), StringComparer.Ordinal);
}

/// <summary>Numbers of one country without its calling code and trunk zero.</summary>
/// <param name="CallingCode">Digits of the calling code.</param>
/// <param name="MinDigits">Fewest digits.</param>
/// <param name="MaxDigits">Most digits.</param>
internal readonly record struct NationalNumbers(string CallingCode, int MinDigits, int MaxDigits);
