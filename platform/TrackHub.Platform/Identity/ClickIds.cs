using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace TrackHub.Platform.Identity;

/// <summary>
/// TrackHub click ids: <c>th_</c> and 26 characters of <c>0-9 a-z</c>. Short enough (29) for every checkout's tracking parameter, found
/// inside longer values because sellers pack other trackers' data into the same parameter, and indifferent to case, which gateways change.
/// </summary>
/// <remarks>A page that makes its own may use up to 33 characters behind the prefix; what is longer has something else glued to it.</remarks>
public static class ClickIds
{
    /// <summary>What every click id begins with.</summary>
    public const string Prefix = "th_";

    /// <summary>Characters of a click id.</summary>
    public const int Length = 29;

    /// <summary>Most characters of one that another page made: no checkout is known to cut below.</summary>
    public const int MaxLength = 36;

    private const string Alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";
    private static readonly SearchValues<char> Body = SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /// <summary>A new click id of 134 random bits.</summary>
    public static string New() => Prefix + RandomNumberGenerator.GetString(Alphabet, Length - Prefix.Length);

    /// <summary>Finds the first click id inside a tracking value, whatever stands around it.</summary>
    /// <param name="text">The value as the gateway gave it; null finds nothing.</param>
    /// <param name="clickId">The id in lower case.</param>
    /// <remarks>One that stands by itself wins over one glued to other letters.</remarks>
    public static bool TryFind(string? text, [NotNullWhen(true)] out string? clickId)
    {
        clickId = Locate(text) is { Length: > 0 } found ? found.ToString().ToLowerInvariant() : null;
        return clickId is not null;
    }

    /// <summary>Finds a click id as <see cref="TryFind(string, out string)"/> does, and writes it to <paramref name="clickId"/>; returns its length, 0 for none.</summary>
    /// <param name="text">The value.</param>
    /// <param name="clickId">At least <see cref="MaxLength"/> characters.</param>
    public static int Find(ReadOnlySpan<char> text, Span<char> clickId) => Locate(text) is { Length: > 0 } found ? found.ToLowerInvariant(clickId) : 0;

    private static ReadOnlySpan<char> Locate(ReadOnlySpan<char> text)
    {
        var found = ReadOnlySpan<char>.Empty;
        var start = 0;
        while (start <= text.Length - Length)
        {
            var hit = start + text[start..].IndexOf(Prefix, StringComparison.OrdinalIgnoreCase);
            if (hit < start || hit > text.Length - Length)
                break;

            var rest = text[(hit + Prefix.Length)..];
            var run = rest.IndexOfAnyExcept(Body) is >= 0 and var end ? end : rest.Length;
            if (run >= Length - Prefix.Length)
            {
                var whole = run <= MaxLength - Prefix.Length;
                var alone = whole && (hit == 0 || !char.IsAsciiLetterOrDigit(text[hit - 1]));
                if (alone || found.IsEmpty)
                    found = text.Slice(hit, whole ? Prefix.Length + run : Length);
                if (alone)
                    break;
            }

            start = hit + 1;
        }

        return found;
    }
}
