using System.CommandLine;
using System.CommandLine.Help;
using TrackHub.Cli.Administering;
using TrackHub.Cli.Bookkeeping;
using TrackHub.Cli.Coaching;
using TrackHub.Cli.DeadLettering;
using TrackHub.Cli.Demo;
using TrackHub.Cli.Doctoring;
using TrackHub.Cli.Explaining;
using TrackHub.Cli.Figures;
using TrackHub.Cli.Groups;
using TrackHub.Cli.Lanes;
using TrackHub.Cli.Reading;
using TrackHub.Cli.Rebuilding;
using TrackHub.Cli.Replaying;
using TrackHub.Cli.Running;
using TrackHub.Cli.Supervising;
using TrackHub.Cli.Testing;

namespace TrackHub.Cli;

/// <summary>The command line: every command, in the order of its help.</summary>
internal static class TrackHubCommand
{
    /// <summary>Exit code of a call that is not one.</summary>
    public const int Usage = 2;

    // In the order of the help.
    private static readonly (string Name, Func<Command> Create)[] Commands =
    [
        ("up", UpCommand.Create),
        ("down", DownCommand.Create),
        ("status", StatusCommand.Create),
        ("run", RunCommand.Create),
        ("test", TestCommand.Create),
        ("bench", BenchCommand.Create),
        ("load", LoadCommand.Create),
        ("tenants", TenantsCommand.Create),
        ("brands", BrandsCommand.Create),
        ("pixels", PixelsCommand.Create),
        ("connections", ConnectionsCommand.Create),
        ("keys", KeysCommand.Create),
        ("users", UsersCommand.Create),
        ("api-keys", ApiKeysCommand.Create),
        ("topics", TopicsCommand.Create),
        ("tail", TailCommand.Create),
        ("groups", GroupsCommand.Create),
        ("rebuild", RebuildCommand.Create),
        ("rates", RatesCommand.Create),
        ("replay", ReplayCommand.Create),
        ("dead-letters", DeadLettersCommand.Create),
        ("explain", ExplainCommand.Create),
        ("books", BooksCommand.Create),
        ("quality", QualityCommand.Create),
        ("lanes", LanesCommand.Create),
        ("migrate", MigrateCommand.Create),
        ("doctor", DoctorCommand.Create),
        ("demo", DemoCommand.Create),
    ];

    /// <summary>Runs a call.</summary>
    /// <returns>0 done, 1 failed, 2 not a call: what is wrong stands on standard error.</returns>
    public static async Task<int> InvokeAsync(IReadOnlyList<string> arguments, TextWriter? output = null, TextWriter? error = null)
    {
        // No termination by the parser: hosts and supervisor stop in order, however long their order takes.
        var invocation = new InvocationConfiguration { Output = output ?? Console.Out, Error = error ?? Console.Error, ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false };
        var call = Create(arguments.Count > 0 ? arguments[0] : null).Parse(CommandLineConfiguration.Rewrite(arguments));
        if (call.Errors.Count > 0 && call.Action is System.CommandLine.Invocation.ParseErrorAction)
        {
            foreach (var fault in call.Errors) await invocation.Error.WriteLineAsync(fault.Message);
            await invocation.Error.WriteLineAsync($"See: {Path(call.CommandResult.Command)} --help");
            return Usage;
        }

        return await Failures.GuardAsync(call, invocation, token => call.InvokeAsync(invocation, token));
    }

    /// <summary>The tree of commands.</summary>
    /// <param name="called">
    /// The command that is called, if that is known: it is made alone, for the others load what they work with, 4 MB of the broker's memory.
    /// </param>
    public static Command Create(string? called = null)
    {
        // Not a RootCommand: that is named after the assembly, and people type trackhub.
        var root = new Command("trackhub", "TrackHub: clicks and sales in, each sale told to Meta once.") { new HelpOption(), new VersionOption() };
        var isKnown = Commands.Any(command => command.Name == called);
        foreach (var (name, create) in Commands)
        {
            if (!isKnown || name == called)
                root.Subcommands.Add(create());
        }

        root.Options.Add(GlobalOptions.Data);
        root.Options.Add(GlobalOptions.PortBase);
        root.Options.Add(GlobalOptions.Json);
        root.Options.Add(GlobalOptions.Configuration);
        return root;
    }

    private static string Path(Command command) =>
        string.Join(' ', Ancestry(command).Reverse().Select(static part => part.Name));

    private static IEnumerable<Command> Ancestry(Command command)
    {
        for (var part = command; part is not null; part = part.Parents.OfType<Command>().FirstOrDefault()) yield return part;
    }
}
