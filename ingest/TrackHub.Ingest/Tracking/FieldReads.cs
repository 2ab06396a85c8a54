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
    public static ReadOnlyMemory<char> Text(ref Utf8JsonReader reader, ref TextArena arena, string field, int limit)
    {
        if (reader.TokenType is JsonTokenType.Null)
            return default;
        Expect(reader.TokenType is JsonTokenType.String, field, "a text");

        var room = arena.Room(reader.ValueSpan.Length);
        if (!TryCopy(ref reader, room.Span, out var length))
            throw Halved(field);
        CheckText(room.Span[..length], field, limit);
        return length is 0 ? default : arena.Keep(room, length);
    }

    /// <summary>What is kept of a page's address, <see cref="PageAddress.None"/> of a text that is none; limits as <see cref="Text"/>.</summary>
    public static PageAddress? Address(ref Utf8JsonReader reader, ref TextArena arena, string field, int limit)
    {
        var text = Text(ref reader, ref arena, field, limit);
        if (text.IsEmpty)
            return null;
        return PageAddress.TryRead(text, ref arena, out var address) ? address : PageAddress.None;
    }

    /// <summary>Host and path of an address, empty of a text that is none; limits as <see cref="Text"/>.</summary>
    public static ReadOnlyMemory<char> Page(ref Utf8JsonReader reader, ref TextArena arena, string field, int limit) =>
        PageAddress.PageOf(Text(ref reader, ref arena, field, limit), ref arena);

    /// <summary>The string the reader stands on, whatever is in it; empty if it holds half a surrogate pair.</summary>
    public static ReadOnlyMemory<char> AnyText(ref Utf8JsonReader reader, ref TextArena arena)
    {
        var room = arena.Room(reader.ValueSpan.Length);
        return TryCopy(ref reader, room.Span, out var length) ? arena.Keep(room, length) : default;
    }

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
    public static DateTimeOffset? Time(ref Utf8JsonReader reader, ref TextArena arena, string field)
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
                    IsoDate(AnyText(ref reader, ref arena).Span), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                && time.ToUnixTimeSeconds() is >= Earliest and < Latest:
                return time.ToUniversalTime();
            default:
                throw new FieldFault($"{field}: ISO 8601 with an offset, or Unix milliseconds, of this century; leave it out for now.");
        }
    }

    /// <summary>Throws unless a condition holds. For texts that cost nothing to make.</summary>
    public static void Expect(bool holds, string field, string limit)
    {
        if (!holds)
            throw new FieldFault($"{field}: {limit}.");
    }

    // False if the string holds half a surrogate pair, an emoji that somebody's code cut in two.
    private static bool TryCopy(ref Utf8JsonReader reader, Span<char> room, out int length)
    {
        try
        {
            length = reader.CopyString(room);
            return true;
        }
        catch (InvalidOperationException)
        {
            length = 0;
            return false;
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
    private static ReadOnlySpan<char> IsoDate(ReadOnlySpan<char> text) => text is [_, _, _, _, '-', _, _, '-', _, _, 'T' or ' ', ..] ? text : default;
}
