using System.Globalization;
using System.Text.Json;

namespace TrackHub.Ingest.Json;

/// <summary>Reads gateway JSON as gateways really write it: numbers as strings, many words for nothing, missing objects.</summary>
/// <remarks>A missing element is <c>default(JsonElement)</c> and reads as absent everywhere, so that paths can be chained.</remarks>
internal static class TolerantReads
{
    /// <summary>Longest text taken from a body, in UTF-16 units; longer is cut. The longest real one, a UTM bundle, had 204.</summary>
    public const int MaxText = 512;

    /// <summary>Value of a property, or a missing element if there is none or this is no object.</summary>
    public static JsonElement At(this JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    /// <summary>Value under a path of properties.</summary>
    public static JsonElement At(this JsonElement element, string first, string second) => element.At(first).At(second);

    /// <summary>Value under a path of properties.</summary>
    public static JsonElement At(this JsonElement element, string first, string second, string third) => element.At(first).At(second).At(third);

    /// <summary>True for an object with at least the braces.</summary>
    public static bool IsObject(this JsonElement element) => element.ValueKind is JsonValueKind.Object;

    /// <summary>Elements of an array; none if this is no array.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element) =>
        element.ValueKind is JsonValueKind.Array ? element.EnumerateArray() : [];

    /// <summary>Text of a string or number, trimmed, without control characters, at most <see cref="MaxText"/> long; null for every spelling of nothing.</summary>
    public static string? Text(this JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => Clean(StringOf(element)),
        JsonValueKind.Number => Clean(element.GetRawText()),
        _ => null,
    };

    /// <summary>Cleans text as <see cref="Text(JsonElement)"/> does.</summary>
    public static string? Clean(string? text)
    {
        var clean = Clean(text.AsMemory());
        return clean.IsEmpty ? null : clean.Length == text!.Length ? text : clean.ToString();
    }

    /// <summary>Cleans text as <see cref="Text(JsonElement)"/> does, where it stands; empty for every spelling of nothing.</summary>
    public static ReadOnlyMemory<char> Clean(ReadOnlyMemory<char> text)
    {
        // PostgreSQL refuses NUL in text and a log line must not break: control characters go.
        if (text.Span.IndexOfAnyInRange('\0', '\u001F') >= 0 || text.Span.Contains('\u007F'))
            text = string.Concat(text.ToString().Where(static c => !char.IsControl(c))).AsMemory();
        text = text.Trim().Trim('\uFEFF').Trim();
        if (IsAbsent(text.Span))
            return default;
        return text.Length <= MaxText ? text : text[..(char.IsHighSurrogate(text.Span[MaxText - 1]) ? MaxText - 1 : MaxText)];
    }

    /// <summary>A whole number written as number or string; false if something else stands there. Absent gives true and null.</summary>
    public static bool TryInteger(this JsonElement element, out long? value)
    {
        value = null;
        if (element.Text() is not { } text)
            return true;
        if (MayBeCut(text) || !long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var read))
            return false;
        value = read;
        return true;
    }

    /// <summary>A whole number, null if absent or something else.</summary>
    public static long? Integer(this JsonElement element) => element.TryInteger(out var value) ? value : null;

    /// <summary>A small count (instalments, cycle), null if absent, something else or not between 0 and 10,000.</summary>
    public static int? Count(this JsonElement element) => element.Integer() is >= 0 and <= 10_000 and var count ? (int)count : null;

    /// <summary>A decimal written as number or string in the invariant culture; false if something else stands there. Absent gives true and null.</summary>
    public static bool TryDecimal(this JsonElement element, out decimal? value)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        value = null;
        if (element.Text() is not { } text)
            return true;
        if (MayBeCut(text) || !decimal.TryParse(text, Style, CultureInfo.InvariantCulture, out var read))
            return false;
        value = read;
        return true;
    }

    // The rest of a number that was cut may have been its exponent.
    private static bool MayBeCut(string text) => text.Length >= MaxText;

    private static string? StringOf(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: an emoji that somebody's code cut in two. The field is lost, the sale is not.
            return null;
        }
    }

    private static bool IsAbsent(ReadOnlySpan<char> text) =>
        text is "" or "null" or "undefined" or "Não Informado" or "0000-00-00" or "0000-00-00 00:00:00";
}
