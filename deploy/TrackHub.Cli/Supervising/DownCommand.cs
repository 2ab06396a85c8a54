using System.CommandLine;
using TrackHub.Cli.Output;

namespace TrackHub.Cli.Supervising;

/// <summary><c>down</c>: stops what <c>up</c> runs on this state directory.</summary>
internal static class DownCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("down", "Stops what `up` runs, in order.");
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult call, CancellationToken cancellationToken)
    {
        var (printer, data, clock) = (Printer.Of(call), call.MachineData(), TimeProvider.System);
        if (data.ReadState() is not { } running)
        {
            printer.Say($"Nothing runs on {data.Root}.");
            return 0;
        }

        await Shell.RunAsync(["kill", "-TERM", $"{running.ProcessId}"], cancellationToken);
        var started = clock.GetTimestamp();
        while (running.IsAlive)
        {
            if (clock.GetElapsedTime(started) > Patience)
                throw new CommandException($"Process {running.ProcessId} did not stop within {Patience.TotalSeconds:0} s; what it says: {data.LogFile("up")} or its terminal.");
            await Task.Delay(Interval, clock, cancellationToken);
        }

        printer.Say("TrackHub is stopped");
        return 0;
    }
}
