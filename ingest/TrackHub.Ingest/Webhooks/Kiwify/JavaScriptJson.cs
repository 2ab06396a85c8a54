using System.Globalization;
using System.Text;
using System.Text.Json;

namespace TrackHub.Ingest.Webhooks.Kiwify;

/// <summary>Writes JSON as JavaScript's <c>JSON.stringify(JSON.parse(text))</c> does: what Node handlers sign and verify.</summary>
/// <remarks>
/// Source: ECMA-262, 25.5.2 (QuoteJSONString, SerializeJSONProperty). No white space; only quote, backslash and control characters are
/// escaped; numbers in their shortest form. Not reproduced, so that such a body has its raw bytes alone to prove it: integer-like property names,
/// which JavaScript moves to the front; numbers below 1e-4 or from 1e15 up, whose exponent it writes otherwise; half surrogate pairs (null).
/// </remarks>
internal static class JavaScriptJson
{
    /// <summary>The compact text as UTF-8; null if the input is not JSON.</summary>
    public static byte[]? Stringify(ReadOnlySpan<byte> json)
    {
        try
        {
            return Encoding.UTF8.GetBytes(Write(json));
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string Write(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, Json.StrictJson.ReaderOptions);
        var text = new StringBuilder(json.Length);
        var separate = false;
        while (reader.Read())
        {
            var ends = reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray;
            if (separate && !ends)
                text.Append(',');
            WriteToken(text, ref reader);
            separate = reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray or JsonTokenType.PropertyName);
        }

        return text.ToString();
    }

    private static void WriteToken(StringBuilder text, ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                WriteString(text, reader.GetString()!);
                text.Append(':');
                break;
            case JsonTokenType.String:
                WriteString(text, reader.GetString()!);
                break;
            case JsonTokenType.Number:
                WriteNumber(text, Encoding.ASCII.GetString(reader.ValueSpan));
                break;
            default:
                text.Append(Encoding.ASCII.GetString(reader.ValueSpan));
                break;
        }
    }

    private static void WriteNumber(StringBuilder text, string number)
    {
        // Whole numbers that a double holds exactly stay as they are; all else takes a double's shortest round-trip form.
        const long MaxSafeInteger = (1L << 53) - 1;
        var whole = long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer);
        if (whole && integer is >= -MaxSafeInteger and <= MaxSafeInteger)
            text.Append(integer);
        else
            text.Append(double.Parse(number, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture));
    }

    private static void WriteString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            switch (c)
            {
                case '"': text.Append("\\\""); break;
                case '\\': text.Append("\\\\"); break;
                case '\b': text.Append("\\b"); break;
                case '\f': text.Append("\\f"); break;
                case '\n': text.Append("\\n"); break;
                case '\r': text.Append("\\r"); break;
                case '\t': text.Append("\\t"); break;
                case < ' ': text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"); break;
                default: text.Append(c); break;
            }
        }

        text.Append('"');
    }
}
