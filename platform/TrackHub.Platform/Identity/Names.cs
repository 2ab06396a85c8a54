namespace TrackHub.Platform.Identity;

/// <summary>Names of people and cities.</summary>
internal static class Names
{
    /// <summary>A given or family name.</summary>
    public static Normalized Name(string? value)
    {
        if (Hashes.TryPassOrDrop(value, out var hashed))
            return hashed;

        var text = Text.Trim(value);
        if (text.Length > Text.MaxLength)
            return Normalized.Dropped(DropReason.WrongLength);

        Span<char> lowered = stackalloc char[text.Length];
        Span<char> spaced = stackalloc char[text.Length];
        var length = 0;
        var blankBefore = false;
        foreach (var c in lowered[..Text.LowerComposed(text, lowered)])
        {
            if (Text.IsBlank(c))
            {
                blankBefore = true;
                continue;
            }

            if (Text.IsPunctuation(c))
                continue;
            if (blankBefore && length > 0)
                spaced[length++] = ' ';
            blankBefore = false;
            spaced[length++] = c;
        }

        // Removing what stood between a letter and its mark can bring them together.
        length = Text.LowerComposed(spaced[..length], spaced);
        var primary = spaced[..length].ToString();
        return primary.Contains(' ') ? Normalized.Of(primary, Glued(primary)) : Normalized.Of(primary);
    }

    /// <summary>A city, or a state that is no Brazilian one.</summary>
    public static Normalized City(string? value)
    {
        if (Hashes.TryPassOrDrop(value, out var hashed))
            return hashed;

        var text = Text.Trim(value);
        if (text.Length > Text.MaxLength)
            return Normalized.Dropped(DropReason.WrongLength);

        Span<char> letters = stackalloc char[text.Length];
        var accented = letters[..LettersOnly(text, letters)];
        return TryFold(accented, out var folded) ? Normalized.Of(folded, accented.ToString()) : Normalized.Of(accented.ToString());
    }

    /// <summary>Letters folded to a–z, everything else gone; null where a letter is of another script. For looking names up.</summary>
    public static string? LookupKey(ReadOnlySpan<char> text)
    {
        if (text.Length > Text.MaxLength)
            return null;

        Span<char> letters = stackalloc char[text.Length];
        return TryFold(letters[..LettersOnly(text, letters)], out var folded) ? folded : null;
    }

    private static int LettersOnly(ReadOnlySpan<char> text, Span<char> destination)
    {
        Span<char> lowered = stackalloc char[text.Length];
        var length = 0;
        foreach (var c in lowered[..Text.LowerComposed(text, lowered)])
        {
            if (!Text.IsBlank(c) && !Text.IsPunctuation(c) && !char.IsDigit(c))
                destination[length++] = c;
        }

        return Text.LowerComposed(destination[..length], destination);
    }

    private static bool TryFold(ReadOnlySpan<char> accented, out string folded)
    {
        Span<char> ascii = stackalloc char[accented.Length * 2];
        var length = 0;
        foreach (var c in accented)
        {
            if (LatinLetters.IsMark(c))
                continue;

            if (!LatinLetters.TryFold(c, out var first, out var second))
            {
                folded = "";
                return false;
            }

            ascii[length++] = first;
            if (second != '\0')
                ascii[length++] = second;
        }

        folded = ascii[..length].ToString();
        return true;
    }

    private static string Glued(string spaced) => spaced.Replace(" ", "", StringComparison.Ordinal);
}
