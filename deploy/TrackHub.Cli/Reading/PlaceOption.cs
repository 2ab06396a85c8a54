using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using TrackHub.Platform.Streams;

namespace TrackHub.Cli.Reading;

/// <summary>Options that take a <see cref="LogPlace"/>.</summary>
internal static class PlaceOption
{
    /// <summary>An option that takes a place.</summary>
    public static Option<LogPlace?> Of(string name, string description) => new(name)
    {
        Description = $"{description}: {LogPlace.Shapes}.",
        HelpName = "WHEN",
        CustomParser = static argument => Parse(argument),
    };

    /// <summary>An option that takes a time alone.</summary>
    public static Option<LogPlace?> OfTime(string name, string description)
    {
        var option = Of(name, description);
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && long.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                result.AddError($"{name} {result.Tokens[0].Value}: an offset is no time; give an ISO 8601 time or a duration ago (2h).");
        });
        return option;
    }

    private static LogPlace? Parse(ArgumentResult argument)
    {
        if (LogPlace.TryParse(argument.Tokens[0].Value, TimeProvider.System.GetUtcNow(), out var place)) return place;

        argument.AddError($"'{argument.Tokens[0].Value}' is no place in a topic: give {LogPlace.Shapes}.");
        return null;
    }
}
