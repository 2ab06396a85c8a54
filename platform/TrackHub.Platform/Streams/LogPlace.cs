using System.Globalization;
using System.Text.RegularExpressions;

namespace TrackHub.Platform.Streams;

/// <summary>A place in a topic as people name it: an offset, an ISO 8601 time, or a duration ago (<c>2h</c>, <c>1h30m</c>).</summary>
/// <param name="Offset">The offset, in every partition.</param>
/// <param name="Time">The time.</param>
public readonly partial record struct LogPlace(long? Offset, DateTimeOffset? Time)
{
    /// <summary>What a place looks like, for faults.</summary>
    public const string Shapes = "an offset (1500), an ISO 8601 time (2026-11-22T10:00:00Z) or a duration ago (2h, 90s, 1h30m, 3d)";

    /// <summary>Reads a place; times without a zone are UTC.</summary>
    public static bool TryParse(string text, DateTimeOffset now, out LogPlace place)
    {
        place = default;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var offset)) place = new(offset, null);
        else if (Ago(text) is { } ago && ago < now - DateTimeOffset.UnixEpoch) place = new(null, now - ago);
        else if (IsoTime().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)) place = new(null, time);
        else return false;

        return true;
    }

    private static TimeSpan? Ago(string text)
    {
        if (Duration().Match(text) is not { Success: true } match || text.Length == 0) return null;

        var seconds = Unit("d", 86_400) + Unit("h", 3_600) + Unit("m", 60) + Unit("s", 1);
        return seconds <= TimeSpan.MaxValue.TotalSeconds / 2 ? TimeSpan.FromSeconds(seconds) : null;

        double Unit(string name, double length) => match.Groups[name].Success ? double.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture) * length : 0;
    }

    [GeneratedRegex(@"^((?<d>\d+)d)?((?<h>\d+)h)?((?<m>\d+)m)?((?<s>\d+)s)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Duration();

    // A date at least: the framework would also take "10" or a weekday for a time.
    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex IsoTime();
}
