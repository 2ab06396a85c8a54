using System.Text.RegularExpressions;

namespace TrackHub.Cli;

/// <summary>Configuration given on the command line as <c>--Section:Key=value</c>, the layer above files and environment.</summary>
internal static partial class CommandLineConfiguration
{
    /// <summary>The option those arguments are turned into, so that the parser knows them.</summary>
    public const string Option = "--configuration";

    /// <summary>Rewrites such arguments; all others, and what follows <c>--</c>, stay.</summary>
    public static IReadOnlyList<string> Rewrite(IReadOnlyList<string> arguments)
    {
        var end = arguments.TakeWhile(static argument => argument != "--").Count();
        return [.. arguments.Take(end).SelectMany(static argument => IsConfiguration(argument) ? [Option, argument[2..]] : new[] { argument }), .. arguments.Skip(end)];
    }

    private static bool IsConfiguration(string argument) => Shape().IsMatch(argument);

    [GeneratedRegex(@"^--[A-Za-z]\w*(:\w+)+=", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Shape();
}
