using System.Security.Cryptography;
using System.Text;

namespace TrackHub.Platform.Identity;

/// <summary>
/// Meta's customer information as it is hashed: the documented rules, and where the official libraries differ both spellings.
/// No method throws; a value that cannot be sent is dropped with its reason. Thread-safe.
/// </summary>
/// <remarks>
/// Sources: Meta "Customer information parameters"; facebook-nodejs-business-sdk 24; capi-param-builder 1.3.
/// Every field takes a ready SHA-256 hash (64 hex digits, made lower case) and one with a parameter builder suffix (untouched).
/// </remarks>
public static class Normalizer
{
    /// <summary>Key <c>em</c>: trimmed, lower case, host in punycode. Dropped when the local part is not ASCII.</summary>
    public static Normalized Email(string? value) => EmailAddresses.Normalize(value);

    /// <summary>Key <c>ph</c>: digits with country code and no sign.</summary>
    /// <param name="value">As a person or gateway wrote it.</param>
    /// <param name="countryHint">ISO 3166-1 alpha-2 of the country whose national form is meant; null for <c>br</c>.</param>
    /// <remarks>A Brazilian mobile number without its ninth digit gives both spellings, the one with the digit first.</remarks>
    public static Normalized Phone(string? value, string? countryHint = null) => PhoneNumbers.Normalize(value, countryHint);

    /// <summary>Key <c>fn</c>: lower case, no punctuation, accents kept; second spelling without inner spaces.</summary>
    public static Normalized FirstName(string? value) => Names.Name(value);

    /// <summary>Key <c>ln</c>: as <see cref="FirstName"/>.</summary>
    public static Normalized LastName(string? value) => Names.Name(value);

    /// <summary>Key <c>ct</c>: letters only, accents folded to a–z; second spelling with accents.</summary>
    public static Normalized City(string? value) => Names.City(value);

    /// <summary>Key <c>st</c>: Brazilian names to their UF (<c>sp</c>), others as <see cref="City"/>.</summary>
    /// <param name="value">Name or code.</param>
    /// <param name="country">Country as text; Brazilian names are mapped when it is Brazil or unknown.</param>
    public static Normalized State(string? value, string? country = null) => Places.State(value, country);

    /// <summary>
    /// Key <c>zp</c>: Brazil 8 digits, second spelling the first 5; United States 5 digits; others lower case without space or dash.
    /// </summary>
    /// <param name="value">As written.</param>
    /// <param name="country">Country as text; null: 8 digits are taken for a Brazilian CEP.</param>
    public static Normalized Zip(string? value, string? country = null) => Places.Zip(value, country);

    /// <summary>Key <c>country</c>: ISO 3166-1 alpha-2, lower case, from a code or an English, Portuguese or Spanish name.</summary>
    public static Normalized Country(string? value) => Places.Country(value);

    /// <summary>Key <c>db</c>: yyyyMMdd from an ISO date, or from dd/mm/yyyy where the brand says so. The calendar is checked.</summary>
    /// <param name="value">As written.</param>
    /// <param name="dayFirst">Whether dd/mm/yyyy is taken; month first never is.</param>
    public static Normalized BirthDate(string? value, bool dayFirst = false) => BirthDates.Normalize(value, dayFirst);

    /// <summary>Key <c>ge</c>: <c>f</c> or <c>m</c>, from English, Portuguese or Spanish words.</summary>
    public static Normalized Gender(string? value) => Genders.Normalize(value);

    /// <summary>Key <c>external_id</c>: the trimmed id, nothing else changed.</summary>
    /// <remarks>32 hex digits are an id (a UUID without dashes), not an MD5 hash.</remarks>
    public static Normalized ExternalId(string? value)
    {
        if (Hashes.TryPass(value, out var hash))
            return hash;

        return Normalized.Of(Text.Trim(value).ToString());
    }

    /// <summary>Lower-case hex SHA-256 of the text as UTF-8 without byte order mark.</summary>
    public static string Sha256Hex(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return string.Create(HexDigits, value, static (hex, text) => WriteSha256Hex(text, hex));
    }

    /// <summary>Characters of a SHA-256 in hex.</summary>
    internal const int HexDigits = 64;

    /// <summary>As <see cref="Sha256Hex"/>, to the first <see cref="HexDigits"/> of <paramref name="hex"/>.</summary>
    internal static void WriteSha256Hex(ReadOnlySpan<char> value, Span<char> hex)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var utf8 = value.Length <= 256 ? stackalloc byte[256 * 3] : new byte[Encoding.UTF8.GetByteCount(value)];
        SHA256.HashData(utf8[..Encoding.UTF8.GetBytes(value, utf8)], hash);
        Convert.TryToHexStringLower(hash, hex, out _);
    }

    /// <summary>What is sent for a spelling: the value itself when it came hashed, else its SHA-256.</summary>
    internal static string ToSend(in Normalized value, string spelling) => value.IsHashed ? spelling : Sha256Hex(spelling);
}
