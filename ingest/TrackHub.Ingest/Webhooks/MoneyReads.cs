using System.Text.Json;
using TrackHub.Ingest.Json;
using TrackHub.Platform.Money;

namespace TrackHub.Ingest.Webhooks;

/// <summary>Reads amounts in the two units the gateways use. A wrong guess is a factor of 100 in the ROAS, so nothing is guessed.</summary>
internal static class MoneyReads
{
    /// <summary>Gross and net written in major units, as numbers or strings (<c>497.0</c>, <c>"297.00"</c>).</summary>
    public static SaleMoney FromMajor(JsonElement gross, JsonElement net, string currency) =>
        Combine(Major(gross, currency), Major(net, currency), currency);

    /// <summary>Gross and net written in hundredths of a major unit, as integers (<c>19700</c>, <c>"19700"</c>); a decimal mark makes them unreadable.</summary>
    public static SaleMoney FromHundredths(JsonElement gross, JsonElement net, string currency) =>
        Combine(Hundredths(gross, currency), Hundredths(net, currency), currency);

    /// <summary>Gross and net written in the currency's own smallest unit, as integers.</summary>
    public static SaleMoney FromMinor(JsonElement gross, JsonElement net, string currency) =>
        Combine(Minor(gross, currency), Minor(net, currency), currency);

    /// <summary>Gross written for people, with its currency in front: <c>R$ 1.234,56</c>.</summary>
    /// <param name="gross">Text.</param>
    /// <param name="currency">For text without a currency sign.</param>
    public static SaleMoney FromDisplayText(JsonElement gross, string currency)
    {
        if (gross.Text() is not { } text)
            return Combine((null, !IsNothing(gross)), default, currency);
        if (!DisplayAmount.TryParse(text, out var major, out var sign))
            return new(null, null, null, Unreadable: true);
        currency = sign ?? currency;
        return Combine(MinorUnits.TryFromMajor(major, currency, out var minor) ? (minor, false) : (null, true), default, currency);
    }

    /// <summary>An ISO 4217 code in upper case, or null for anything else.</summary>
    public static string? CurrencyCode(JsonElement element) =>
        element.Text() is { Length: 3 } code && code.All(char.IsAsciiLetter) ? code.ToUpperInvariant() : null;

    private static SaleMoney Combine((long? Minor, bool Unreadable) gross, (long? Minor, bool Unreadable) net, string currency) =>
        new(gross.Minor, net.Minor, gross.Minor is null ? null : currency, gross.Unreadable);

    private static (long? Minor, bool Unreadable) Major(JsonElement element, string currency)
    {
        if (!element.TryDecimal(out var major))
            return (null, true);
        if (major is null)
            return (null, !IsNothing(element));
        return MinorUnits.TryFromMajor(major.Value, currency, out var minor) ? (minor, false) : (null, true);
    }

    private static (long? Minor, bool Unreadable) Hundredths(JsonElement element, string currency) => Whole(element, 100m, currency);

    private static (long? Minor, bool Unreadable) Minor(JsonElement element, string currency) =>
        Whole(element, MinorUnits.PerMajor(currency), currency);

    private static (long? Minor, bool Unreadable) Whole(JsonElement element, decimal unitsPerMajor, string currency)
    {
        if (!element.TryInteger(out var units))
            return (null, true);
        if (units is null)
            return (null, !IsNothing(element));
        return MinorUnits.TryFromMajor(units.Value / unitsPerMajor, currency, out var minor) ? (minor, false) : (null, true);
    }

    // An object or a boolean where an amount belongs is not the same as none.
    private static bool IsNothing(JsonElement element) =>
        element.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.String;
}
