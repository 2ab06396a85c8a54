using System.Globalization;
using System.Text.Json;

namespace TrackHub.Platform.AdPlatforms;

/// <summary>Reads what platforms write: numbers as strings or as numbers, absent where they are zero. Pure.</summary>
internal static class AdJson
{
    // Beyond what any account spends in an hour; what is larger is no figure.
    private const decimal Largest = 1_000_000_000_000m;

    /// <summary>A text, or null where there is none.</summary>
    public static string? Text(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    /// <summary>An amount, not negative.</summary>
    /// <returns>False: it is there and is no such amount.</returns>
    public static bool TryDecimal(JsonElement element, string name, out decimal amount)
    {
        amount = 0;
        if (!element.TryGetProperty(name, out var value))
            return true;
        var text = value.ValueKind switch { JsonValueKind.String => value.GetString(), JsonValueKind.Number => value.GetRawText(), _ => null };
        return decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out amount) && amount <= Largest;
    }

    /// <summary>A count, not negative.</summary>
    /// <inheritdoc cref="TryDecimal"/>
    public static bool TryCount(JsonElement element, string name, out long count)
    {
        var read = TryDecimal(element, name, out var amount) && amount == decimal.Truncate(amount);
        count = read ? (long)amount : 0;
        return read;
    }
}
