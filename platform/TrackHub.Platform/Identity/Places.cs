using System.Collections.Frozen;

namespace TrackHub.Platform.Identity;

/// <summary>Countries, states and postal codes.</summary>
internal static class Places
{
    private const int MaxZip = 16;

    private static readonly FrozenDictionary<string, string> BrazilianStates = (
        "ac acre al alagoas ap amapa am amazonas ba bahia ce ceara df distritofederal es espiritosanto go goias ma maranhao mt matogrosso "
        + "ms matogrossodosul mg minasgerais pa para pb paraiba pr parana pe pernambuco pi piaui rj riodejaneiro rn riograndedonorte "
        + "rs riograndedosul ro rondonia rr roraima sc santacatarina sp saopaulo se sergipe to tocantins")
        .Split(' ')
        .Chunk(2)
        .ToFrozenDictionary(static pair => pair[1], static pair => pair[0], StringComparer.Ordinal);

    /// <summary>The alpha-2 code of a country's code or name; null for none or an unknown one.</summary>
    public static string? CountryCode(string? value)
    {
        if (value is null)
            return null;
        if (value is "br" or "BR")
            return "br";
        return Names.LookupKey(Text.Trim(value)) is { Length: > 0 } key ? Countries.Find(key) : null;
    }

    public static Normalized Country(string? value)
    {
        if (Hashes.TryPassOrDrop(value, out var hashed))
            return hashed;
        if (Text.Trim(value).IsEmpty)
            return Normalized.Dropped(DropReason.Empty);
        return CountryCode(value) is { } code ? Normalized.Of(code) : Normalized.Dropped(DropReason.Unknown);
    }

    public static Normalized State(string? value, string? country)
    {
        if (Hashes.TryPassOrDrop(value, out var hashed))
            return hashed;

        if ((CountryCode(country) ?? "br") == "br" && Names.LookupKey(Text.Trim(value)) is { } key)
        {
            if (BrazilianStates.TryGetValue(key, out var code))
                return Normalized.Of(code);

            // ISO 3166-2 writes BR-SP.
            if (key.Length == 4 && key.StartsWith("br", StringComparison.Ordinal) && BrazilianStates.Values.Contains(key[2..]))
                return Normalized.Of(key[2..]);
        }

        return Names.City(value);
    }

    public static Normalized Zip(string? value, string? country)
    {
        if (Hashes.TryPassOrDrop(value, out var hashed))
            return hashed;

        var text = Text.Trim(value);
        if (text.Length > Text.MaxLength)
            return Normalized.Dropped(DropReason.WrongLength);

        Span<char> buffer = stackalloc char[text.Length];
        var length = 0;
        foreach (var c in text)
        {
            if (!Text.IsBlank(c) && !Text.IsPunctuation(c))
                buffer[length++] = char.ToLowerInvariant(c);
        }

        var code = buffer[..length];
        if (code.IsEmpty)
            return Normalized.Dropped(DropReason.Empty);

        var isDigits = !code.ContainsAnyExceptInRange('0', '9');
        return CountryCode(country) switch
        {
            "br" => isDigits && length == 8 ? Cep(code) : Normalized.Dropped(DropReason.WrongLength),
            "us" => isDigits && length is 5 or 9 ? Normalized.Of(code[..5].ToString()) : Normalized.Dropped(DropReason.WrongLength),
            null when isDigits && length == 8 => Cep(code),
            _ => length is >= 2 and <= MaxZip ? Normalized.Of(code.ToString()) : Normalized.Dropped(DropReason.WrongLength),
        };
    }

    // Both official libraries cut a hyphenated CEP to its first five digits.
    private static Normalized Cep(ReadOnlySpan<char> code) => Normalized.Of(code.ToString(), code[..5].ToString());
}
