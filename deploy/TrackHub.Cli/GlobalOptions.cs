using System.CommandLine;
using TrackHub.Cli.Supervising;

namespace TrackHub.Cli;

/// <summary>Options every command takes.</summary>
internal static class GlobalOptions
{
    private const int LowestPort = 1024;
    private const int HighestBase = 65535 - Cli.Ports.Span;

    /// <summary>State directory.</summary>
    public static readonly Option<string> Data = new("--data")
    {
        Description = "Directory of this machine's state.",
        DefaultValueFactory = static _ => ".trackhub",
        Recursive = true,
        HelpName = "DIR",
    };

    /// <summary>First port.</summary>
    public static readonly Option<int> PortBase = InRange(new("--port-base")
    {
        Description = "First port of this machine's system; a running one's is found by itself.",
        DefaultValueFactory = static _ => 8400,
        Recursive = true,
        HelpName = "N",
    });

    /// <summary>One JSON object a line instead of a table.</summary>
    public static readonly Option<bool> Json = new("--json") { Description = "One JSON object a line instead of a table.", Recursive = true };

    /// <summary>Configuration of the command line; written <c>--Section:Key=value</c>, see <see cref="CommandLineConfiguration"/>.</summary>
    public static readonly Option<string[]> Configuration = new(CommandLineConfiguration.Option) { Recursive = true, Hidden = true, Arity = ArgumentArity.OneOrMore };

    /// <summary>The state directory this call speaks of.</summary>
    public static MachineData MachineData(this ParseResult call) => new(Path.GetFullPath(call.GetValue(Data)!));

    /// <summary>The ports this call speaks of: as given, else those of the system that runs on its state directory.</summary>
    public static Ports Ports(this ParseResult call) =>
        call.GetResult(PortBase) is { Implicit: false } || call.MachineData().ReadState() is not { } running ? new(call.GetValue(PortBase)) : new(running.PortBase);

    /// <summary>What the command line configures, <c>Section:Key=value</c> each.</summary>
    public static IReadOnlyList<string> Configured(this ParseResult call) => call.GetValue(Configuration) ?? [];

    private static Option<int> InRange(Option<int> option)
    {
        option.Validators.Add(static result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var value) && value is < LowestPort or > HighestBase)
                result.AddError($"--port-base {value} is out of range: choose {LowestPort} to {HighestBase}.");
        });
        return option;
    }
}
