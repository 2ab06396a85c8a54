using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using TrackHub.ConsoleApi.Answering;
using TrackHub.ConsoleApi.Performance.Contract;
using TrackHub.Platform.Streams;

namespace TrackHub.ConsoleApi.Performance.Asking;

/// <summary>Reads what a request asks for. A fault names the value, the limit and the remedy.</summary>
internal static class Asked
{
    /// <summary>A cursor that no answer had.</summary>
    public static readonly Problem NotOurs = Problems.Malformed("cursor is none of ours: take it from the header Link of the page before, as it is.");

    private const int LongestShown = 40;

    /// <summary>A brand's id. One that cannot be any is not found, like another tenant's.</summary>
    public static bool TryBrand(string? text, out string brandId, [NotNullWhen(false)] out Problem? problem)
    {
        brandId = text ?? "";
        problem = brandId.Length == 0 ? Problems.Malformed("brandId is missing: name one of your brands.")
            : brandId.Length == 12 && brandId.All(static c => char.IsAsciiDigit(c) || char.IsAsciiLetterLower(c)) ? null
            : Problems.NotFound;
        return problem is null;
    }

    /// <summary>One of the contract's words.</summary>
    /// <param name="name">The parameter's name.</param>
    /// <param name="text">As given; absent is a fault.</param>
    /// <param name="value">What it stands for.</param>
    /// <param name="problem">What is wrong with it.</param>
    public static bool TryWord<T>(string name, string? text, out T value, [NotNullWhen(false)] out Problem? problem)
        where T : struct, Enum
    {
        problem = ContractText<T>.TryParse(text, out value) ? null
            : Problems.Malformed($"{name} {(string.IsNullOrEmpty(text) ? "is missing" : $"is '{Shown(text)}'")}: give one of {string.Join(", ", ContractText<T>.All)}.");
        return problem is null;
    }

    /// <summary>A place in a topic.</summary>
    /// <param name="name">The member's name.</param>
    /// <param name="text">As given; absent is a fault.</param>
    /// <param name="now">What a duration ago is counted from.</param>
    /// <param name="place">The place.</param>
    /// <param name="problem">What is wrong with it.</param>
    public static bool TryPlace(string name, string? text, DateTimeOffset now, out LogPlace place, [NotNullWhen(false)] out Problem? problem)
    {
        place = default;
        problem = text is not null && text.Length <= LongestShown && LogPlace.TryParse(text, now, out place) ? null
            : Problems.Malformed($"{name} {(string.IsNullOrEmpty(text) ? "is missing" : $"is '{Shown(text)}'")}: give {LogPlace.Shapes}.");
        return problem is null;
    }

    /// <summary>How many to answer at most.</summary>
    /// <param name="text">As given; absent takes the default.</param>
    /// <param name="most">Largest.</param>
    /// <param name="usual">Default.</param>
    /// <param name="limit">What is asked for.</param>
    /// <param name="problem">What is wrong with it.</param>
    public static bool TryLimit(string? text, int most, int usual, out int limit, [NotNullWhen(false)] out Problem? problem)
    {
        limit = usual;
        problem = text is null || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit >= 1 && limit <= most) ? null
            : Problems.Malformed($"limit is '{Shown(text)}': give 1 to {most}, and follow the header Link for the rest.");
        return problem is null;
    }

    /// <summary>Where the next page begins, as <see cref="Cursor"/> wrote it.</summary>
    /// <param name="text">As given; absent is the first page.</param>
    /// <param name="at">Moment of the last row before.</param>
    /// <param name="rest">What tells it from others of that moment; empty on the first page.</param>
    /// <param name="problem">What is wrong with it.</param>
    public static bool TryCursor(string? text, out DateTimeOffset at, out string rest, [NotNullWhen(false)] out Problem? problem)
    {
        (at, rest, problem) = (default, "", null);
        if (text is null)
            return true;

        if (text.Length <= 128 && Base64Url.IsValid(text))
        {
            var parts = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(text)).Split(' ');
            if (parts is [var ticks, { Length: > 0 } more] && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var t) && t <= DateTimeOffset.MaxValue.Ticks)
            {
                (at, rest) = (new(t, TimeSpan.Zero), more);
                return true;
            }
        }

        problem = NotOurs;
        return false;
    }

    /// <summary>Writes where the next page begins.</summary>
    public static string Cursor(DateTimeOffset at, string rest) => Base64Url.EncodeToString(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{at.UtcTicks} {rest}")));

    /// <summary>A value as a fault may repeat it.</summary>
    public static string Shown(string text) => text.Length <= LongestShown ? text : text[..LongestShown] + "…";
}
