using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace TrackHub.Ingest.Tracking;

/// <summary>A field that is not what it must be. Says field, limit and remedy, never the value.</summary>
internal sealed class FieldFault(string message) : Exception(message);

/// <summary>Reads the value the reader stands on as a field of one type; JSON null is absent.</summary>
/// <remarks>All throw <see cref="FieldFault"/> for a value of another type or beyond its limit, with the reader still on it.</remarks>
internal static class FieldReads
{
    /// <summary>A text without control characters; null and empty are absent.</summary>
    public static string? Text(ref Utf8JsonReader reader, string field, int limit)
    {
        if (reader.TokenType is JsonTokenType.Null)
            return null;
        Expect(reader.TokenType is JsonTokenType.String, field, "a text");

        var text = StringOf(ref reader) ?? throw Halved(field);
        CheckText(text, field, limit);
        return text.Length is 0 ? null : text;
    }

    /// <summary>What is kept of a page's address, <see cref="PageAddress.None"/> of a text that is none; limits as <see cref="Text"/>.</summary>
    public static PageAddress? Address(ref Utf8JsonReader reader, string field, int limit) =>
        Characters(ref reader, field, limit, static text => (PageAddress?)(PageAddress.TryRead(text, out var address) ? address : PageAddress.None));

    /// <summary>Host and path of an address, null of a text that is none; limits as <see cref="Text"/>.</summary>
    public static string? Page(ref Utf8JsonReader reader, string field, int limit) => Characters(ref reader, field, limit, PageAddress.PageOf);

    /// <summary>A number.</summary>
    public static decimal? Number(ref Utf8JsonReader reader, string field)
    {
        if (reader.TokenType is JsonTokenType.Null)
            return null;
        var number = 0m;
        Expect(reader.TokenType is JsonTokenType.Number && reader.TryGetDecimal(out number), field, "a number");
        return number;
    }

    /// <summary>True or false.</summary>
    public static bool? Flag(ref Utf8JsonReader reader, string field)
    {
        if (reader.TokenType is JsonTokenType.Null)
            return null;
        Expect(reader.TokenType is JsonTokenType.True or JsonTokenType.False, field, "true or false");
        return reader.TokenType is JsonTokenType.True;
    }

    /// <summary>ISO 8601 (UTC where it names no offset), or Unix time: 13 digits are milliseconds, 10 are seconds. Within this century.</summary>
    public static DateTimeOffset? Time(ref Utf8JsonReader reader, string field)
    {
        const long Earliest = 946_684_800;              // 2000-01-01
        const long Latest = 4_102_444_800;              // 2100-01-01
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.Number when reader.TryGetInt64(out var unix) && unix is >= Earliest and < Latest:
                return DateTimeOffset.FromUnixTimeSeconds(unix);
            case JsonTokenType.Number when reader.TryGetInt64(out var unix) && unix is >= Earliest * 1000 and < Latest * 1000:
                return DateTimeOffset.FromUnixTimeMilliseconds(unix);
            case JsonTokenType.String when DateTimeOffset.TryParse(
                    IsoDate(StringOf(ref reader)), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                && time.ToUnixTimeSeconds() is >= Earliest and < Latest:
                return time.ToUniversalTime();
            default:
                throw new FieldFault($"{field}: ISO 8601 with an offset, or Unix milliseconds, of this century; leave it out for now.");
        }
    }

    /// <summary>The string the reader stands on; null if it holds half a surrogate pair, an emoji that somebody's code cut in two.</summary>
    public static string? StringOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Throws unless a condition holds. For texts that cost nothing to make.</summary>
    public static void Expect(bool holds, string field, string limit)
    {
        if (!holds)
            throw new FieldFault($"{field}: {limit}.");
    }

    // A text of which something shorter is kept: read from a rented buffer, given back clean.
    private static T? Characters<T>(ref Utf8JsonReader reader, string field, int limit, Func<ReadOnlyMemory<char>, T?> read)
    {
        if (reader.TokenType is JsonTokenType.Null)
            return default;
        Expect(reader.TokenType is JsonTokenType.String, field, "a text");

        var most = reader.ValueSpan.Length;
        var rented = ArrayPool<char>.Shared.Rent(most);
        try
        {
            var length = reader.CopyString(rented);
            CheckText(rented.AsSpan(0, length), field, limit);
            return length is 0 ? default : read(rented.AsMemory(0, length));
        }
        catch (InvalidOperationException)
        {
            throw Halved(field);
        }
        finally
        {
            rented.AsSpan(0, most).Clear();
            ArrayPool<char>.Shared.Return(rented);
        }
    }

    private static void CheckText(ReadOnlySpan<char> text, string field, int limit)
    {
        if (text.Length > limit)
            throw new FieldFault($"{field}: at most {limit} characters are taken; this has {text.Length}.");
        Expect(text.IndexOfAnyInRange('\0', '\u001F') < 0, field, "a text without control characters");
    }

    private static FieldFault Halved(string field) => new($"{field}: a text without half a surrogate pair.");

    // The framework would also guess at 03/04/2026 (which of them is the month?) and at a time without a day.
    private static string? IsoDate(string? text) => text is [_, _, _, _, '-', _, _, '-', _, _, 'T' or ' ', ..] ? text : null;
}
