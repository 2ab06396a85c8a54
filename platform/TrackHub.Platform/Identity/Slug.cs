using System.Text;

namespace TrackHub.Platform.Identity;

/// <summary>A name as the last part of a path spells it.</summary>
public static class Slug
{
    /// <summary>Lower-case letters and digits of the basic alphabet, words joined by hyphens; null if none is left. "Método Ágil!" is <c>metodo-agil</c>.</summary>
    public static string? Of(string? name)
    {
        var slug = new StringBuilder(name?.Length ?? 0);
        foreach (var c in (name ?? "").ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                slug.Append(c);
            }
            else if (LatinLetters.TryFold(c, out var first, out var second))
            {
                slug.Append(first);
                if (second != '\0')
                    slug.Append(second);
            }
            else if (!LatinLetters.IsMark(c) && slug.Length > 0 && slug[^1] != '-')
            {
                slug.Append('-');
            }
        }

        return slug.ToString().TrimEnd('-') is { Length: > 0 } text ? text : null;
    }
}
