using System.CommandLine;
using TrackHub.Cli.Output;

namespace TrackHub.Cli.Supervising;

/// <summary><c>status</c>: what runs, and whether it serves.</summary>
internal static class StatusCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("status", "What runs on this machine and whether it serves; exit code 1 unless all of it does.");
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult call, CancellationToken cancellationToken)
    {
        var (printer, data) = (Printer.Of(call), call.MachineData());
        if (data.ReadState() is not { } running)
        {
            printer.Say($"Nothing runs on {data.Root}; `trackhub up` starts it.");
            return 1;
        }

        var ports = new Ports(running.PortBase);
        var states = await Task.WhenAll(running.Services.Select(async service => new ServiceState(
            service, service.IsAlive ? await MachineServices.ProbeAsync(service.Name, data, ports, cancellationToken) : "its process has ended; it is started again")));
        printer.Table(
            states,
            new Column<ServiceState>("service", static s => s.Service.Name),
            new("address", static s => s.Service.Address),
            new("pid", static s => s.Service.ProcessId),
            new("ready", static s => s.Reason is null),
            new("reason", static s => s.Reason));
        return running.Ready && states.All(static s => s.Reason is null) ? 0 : 1;
    }

    private sealed record ServiceState(RunningService Service, string? Reason);
}
