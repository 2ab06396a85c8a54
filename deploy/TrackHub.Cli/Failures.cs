using System.CommandLine;
using Microsoft.Extensions.Options;
using TrackHub.Cli.Supervising;
using TrackHub.Platform.Replaying;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli;

/// <summary>A command cannot do what it was asked. The message names value, limit and remedy and is shown as it is.</summary>
internal sealed class CommandException(string message) : Exception(message);

/// <summary>Turns what commands expect to go wrong into one message and exit code 1; anything else is a bug and keeps its stack.</summary>
internal static class Failures
{
    /// <summary>Runs a call.</summary>
    public static async Task<int> GuardAsync(ParseResult call, InvocationConfiguration invocation, Func<CancellationToken, Task<int>> run)
    {
        try
        {
            return await run(CancellationToken.None);
        }
        catch (Exception failure) when (Message(failure, call) is { } message)
        {
            await invocation.Error.WriteLineAsync(message);
            return 1;
        }
        catch (OperationCanceledException stopped) when (stopped.CancellationToken.IsCancellationRequested && stopped.InnerException is not TimeoutException)
        {
            await invocation.Error.WriteLineAsync("Stopped before its end.");
            return 1;
        }
    }

    /// <summary>What a failure says in one line where no call is to be answered; null for a bug.</summary>
    public static string? Message(Exception failure) => failure switch
    {
        CommandException or AdminException or GroupResetException or ReplayException or MigrationException or StartFailedException or WrongMasterKeyException => failure.Message,
        _ when Faults(failure) is { Count: > 0 } faults => string.Join("; ", faults),
        _ when IsAway(failure) => $"does not answer: {(failure.InnerException ?? failure).Message}",
        Npgsql.PostgresException refused => $"PostgreSQL refuses: {refused.SqlState}, {refused.MessageText}",
        _ => null,
    };

    /// <summary>Whether a dependency is away for now.</summary>
    public static bool IsAway(Exception failure) =>
        failure is TimeoutException or System.Net.Sockets.SocketException or TaskCanceledException { InnerException: TimeoutException } || Dependencies.IsAway(failure);

    /// <summary>What a validation of settings found.</summary>
    public static List<string> Faults(Exception failure) => failure switch
    {
        OptionsValidationException options => [.. options.Failures],
        AggregateException several => [.. several.Flatten().InnerExceptions.SelectMany(Faults)],
        _ => [],
    };

    private static string? Message(Exception failure, ParseResult call) => failure switch
    {
        CommandException or AdminException or GroupResetException or ReplayException or MigrationException or StartFailedException or WrongMasterKeyException => failure.Message,
        _ when Faults(failure) is { Count: > 0 } faults => (call.MachineData().MasterKey is null ? NeverStarted(call) : "")
            + $"The configuration has {faults.Count} fault(s):{Environment.NewLine}  {string.Join(Environment.NewLine + "  ", faults)}",
        DependencyAwayException away => Away(away.Dependency, call),
        _ when Dependencies.IsAway(failure) => Away(failure is Npgsql.NpgsqlException ? "PostgreSQL" : "a service", call),
        _ => null,
    };

    private static string NeverStarted(ParseResult call) =>
        $"No system was ever started on {call.MachineData().Root}: start one with `trackhub up`, or configure where its parts are.{Environment.NewLine}";

    private static string Away(string dependency, ParseResult call) => call.MachineData() is var data && data.ReadState() is null
        ? $"{dependency} does not answer, and nothing runs on {data.Root}: start it with `trackhub up`, or name where it is by TRACKHUB_… (see .env.example)."
        : $"{dependency} does not answer: `trackhub status` says what runs, the logs in {data.Directory("logs")} why not.";
}
