using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;

namespace TrackHub.Cli.Reading;

/// <summary>A place in a topic as people name it: an offset, an ISO 8601 time, or a duration ago (<c>2h</c>, <c>1h30m</c>).</summary>
/// <param name="Offset">The offset, in every partition.</param>
/// <param name="Time">The time.</param>
internal readonly partial record struct LogPosition(long? Offset, DateTimeOffset? Time)
{
    private const string Shapes = "an offset (1500), an ISO 8601 time (2026-11-22T10:00:00Z) or a duration ago (2h, 90s, 1h30m, 3d)";

    /// <summary>Reads a place; times without a zone are UTC.</summary>
    public static bool TryParse(string text, DateTimeOffset now, out LogPosition position)
    {
        position = default;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var offset)) position = new(offset, null);
        else if (Ago(text) is { } ago && ago < now - DateTimeOffset.UnixEpoch) position = new(null, now - ago);
        else if (IsoTime().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)) position = new(null, time);
        else return false;

        return true;
    }

    /// <summary>An option that takes a place.</summary>
    public static Option<LogPosition?> Option(string name, string description) => new(name)
    {
        Description = $"{description}: {Shapes}.",
        HelpName = "WHEN",
        CustomParser = static argument => Parse(argument),
    };

    /// <summary>An option that takes a time alone.</summary>
    public static Option<LogPosition?> TimeOption(string name, string description)
    {
        var option = Option(name, description);
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && long.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                result.AddError($"{name} {result.Tokens[0].Value}: an offset is no time; give an ISO 8601 time or a duration ago (2h).");
        });
        return option;
    }

    private static LogPosition? Parse(ArgumentResult argument)
    {
        if (TryParse(argument.Tokens[0].Value, TimeProvider.System.GetUtcNow(), out var position)) return position;

        argument.AddError($"'{argument.Tokens[0].Value}' is no place in a topic: give {Shapes}.");
        return null;
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
