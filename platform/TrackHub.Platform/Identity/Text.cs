using System.Globalization;
using System.Runtime.CompilerServices;

namespace TrackHub.Platform.Identity;

/// <summary>What every field's rule begins with.</summary>
internal static class Text
{
    /// <summary>Longest value that is looked at, in UTF-16 units; nobody's name or city is longer.</summary>
    public const int MaxLength = 512;

    /// <summary>
    /// The text without white space, byte order marks, zero-width and control characters at either end. Explicit classes: what counts as
    /// white space differs between the languages that hash for the same person.
    /// </summary>
    public static ReadOnlySpan<char> Trim(ReadOnlySpan<char> text)
    {
        var start = 0;
        var end = text.Length;
        while (start < end && IsBlank(text[start]))
            start++;
        while (end > start && IsBlank(text[end - 1]))
            end--;
        return text[start..end];
    }

    /// <summary>White space, control or format character.</summary>
    public static bool IsBlank(char c) =>
        c <= ' ' || c == '\u007f'
        || (c >= '\u0080' && (char.IsWhiteSpace(c) || char.IsControl(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format));

    /// <summary>Lower case and composed (NFC) into <paramref name="destination"/>; returns the length, never more than the source's.</summary>
    public static int LowerComposed(ReadOnlySpan<char> text, Span<char> destination)
    {
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = char.ToLowerInvariant(text[i]);
            if (length > 0 && LatinLetters.IsMark(c) && LatinLetters.TryCompose(destination[length - 1], c, out var composed))
                destination[length - 1] = composed;
            else
                destination[length++] = c;
        }

        return length;
    }

    /// <summary>ASCII or typographic punctuation, and signs that stand in for it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsPunctuation(char c)
    {
        if (c < '\u0080')
            return c > ' ' && c != '\u007f' && !char.IsAsciiLetterOrDigit(c);
        return char.IsPunctuation(c) || c is '´' or '¨' or '¸' or '¯' or '¬' or '¦';
    }
}
