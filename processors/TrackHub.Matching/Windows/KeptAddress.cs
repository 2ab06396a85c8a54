using TrackHub.Schemas;

namespace TrackHub.Matching.Windows;

/// <summary>
/// A page's address as a record keeps it: what the traits beside it say is not said again. The ingress keeps scheme, host, path and the campaign's
/// parameters in their order and spelling, so most addresses come to a few bytes.
/// </summary>
/// <remarks>Bytes: form 1; form 0 the text; form 1 (https) and 2 (http), behind the page: how many parameters, then each: its name and spelling in one byte, or 0 and its text.</remarks>
internal readonly struct KeptAddress
{
    private const byte Literal = 0;
    private static readonly string[] Schemes = ["", "https://", "http://"];
    private static readonly string[] Names = ["utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"];

    // How browsers and ad systems spell a value in an address.
    private static readonly Func<string, string>[] Spellings =
    [
        static value => Uri.EscapeDataString(value),
        static value => Uri.EscapeDataString(value).Replace("%20", "+", StringComparison.Ordinal),
        static value => value,
    ];

    private readonly byte _form;
    private readonly string? _text;
    private readonly (byte Code, string? Text)[]? _parameters;

    private KeptAddress(byte form, string? text, (byte Code, string? Text)[]? parameters) => (_form, _text, _parameters) = (form, text, parameters);

    /// <summary>Writes an address beside these traits.</summary>
    public static void Write(BinaryWriter writer, string url, Traits traits)
    {
        var kept = Of(url, traits);
        writer.Write(kept._form);
        if (kept._parameters is null)
        {
            writer.Write(url);
            return;
        }

        writer.Write7BitEncodedInt(kept._parameters.Length);
        foreach (var (code, text) in kept._parameters)
        {
            writer.Write(code);
            if (code == Literal)
                writer.Write(text!);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">It did not.</exception>
    public static KeptAddress Read(BinaryReader reader)
    {
        var form = reader.ReadByte();
        if (form == Literal)
            return new(form, reader.ReadString(), null);
        if (form >= Schemes.Length)
            throw new FormatException("No such form of an address.");
        var parameters = new List<(byte, string?)>();
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            var code = reader.ReadByte();
            if (code > Names.Length * Spellings.Length)
                throw new FormatException("No such parameter of an address.");
            parameters.Add((code, code == Literal ? reader.ReadString() : null));
        }

        return new(form, null, [.. parameters]);
    }

    /// <summary>The address among the traits it was written beside.</summary>
    public string In(Traits traits) => _parameters is null
        ? _text!
        : string.Concat(Schemes[_form], traits.Page, _parameters.Length == 0 ? "" : "?", string.Join('&', _parameters.Select(p => p.Text ?? Spelled(p.Code, traits))));

    private static KeptAddress Of(string url, Traits traits)
    {
        var form = traits.Page is null ? 0 : Array.FindIndex(Schemes, 1, scheme => url.StartsWith(scheme, StringComparison.Ordinal));
        if (form > 0 && url.AsSpan(Schemes[form].Length).StartsWith(traits.Page, StringComparison.Ordinal))
        {
            var query = url[(Schemes[form].Length + traits.Page!.Length)..];
            if (query is "" or ['?', _, ..])
                return new((byte)form, null, query is "" ? [] : [.. query[1..].Split('&').Select(pair => CodeOf(pair, traits))]);
        }

        return new(Literal, url, null);
    }

    private static (byte Code, string? Text) CodeOf(string pair, Traits traits)
    {
        for (var name = 0; name < Names.Length; name++)
        {
            if (!pair.StartsWith(Names[name] + "=", StringComparison.Ordinal))
                continue;
            for (var code = 1 + (name * Spellings.Length); code <= (name + 1) * Spellings.Length; code++)
            {
                if (Spelled((byte)code, traits) == pair)
                    return ((byte)code, null);
            }
        }

        return (Literal, pair);
    }

    private static string Spelled(byte code, Traits traits)
    {
        var (name, spelling) = Math.DivRem(code - 1, Spellings.Length);
        return $"{Names[name]}={Spellings[spelling](Value(name, traits) ?? "")}";
    }

    private static string? Value(int name, Traits traits) => name switch
    {
        0 => traits.UtmSource,
        1 => traits.UtmMedium,
        2 => traits.UtmCampaign,
        3 => traits.UtmContent,
        _ => traits.UtmTerm,
    };
}
