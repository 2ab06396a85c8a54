using System.CommandLine;
using System.Runtime.InteropServices;
using TrackHub.Cli.Output;

namespace TrackHub.Cli.Supervising;

/// <summary><c>up</c>: everything on this machine, one supervised process each.</summary>
internal static class UpCommand
{
    /// <summary>The option that leaves the roles out.</summary>
    public const string StoresOnly = "--stores";

    // SIGTERM to no process left takes 10 s at most; what is over is for our own end.
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(9);
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LeftOverPatience = TimeSpan.FromSeconds(12);

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var detach = new Option<bool>("--detach") { Description = "Return once everything is ready; `down` stops it." };
        var stores = new Option<bool>(StoresOnly) { Description = "Without the roles: what they stand on alone, for moving and repairing." };
        var command = new Command("up", "Starts PostgreSQL, Redis, broker, simulator and every role; Ctrl-C stops them.") { detach, stores };
        command.SetAction((call, cancellationToken) => call.GetValue(detach) ? DetachedUp.RunAsync(call, call.GetValue(stores), cancellationToken) : RunAsync(call, call.GetValue(stores)));
        return command;
    }

    /// <summary>The table of addresses and process ids.</summary>
    public static void PrintServices(Printer printer, IEnumerable<RunningService> services) => printer.Table(
        services, new Column<RunningService>("service", static s => s.Name), new("address", static s => s.Address), new("pid", static s => s.ProcessId));

    private static async Task<int> RunAsync(ParseResult call, bool storesOnly)
    {
        var (printer, data, clock) = (Printer.Of(call), call.MachineData(), TimeProvider.System);
        using var taken = data.TryTake() ?? throw AlreadyUp(data);
        using var stop = new CancellationTokenSource();
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, RequestStop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, RequestStop);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, RequestStop);

        var leftOver = data.LastState();
        var ports = new Ports(call.GetValue(GlobalOptions.PortBase));
        Supervisor? running = null;
        await using var supervisor = running = new Supervisor(clock, printer.Say) { Changed = () => WriteState(ready: true) };
        try
        {
            data.MakeSecrets();
            var configuration = SystemConfiguration.Read(data, ports, call.Configured());
            var services = new MachineServices(data, ports, configuration, call.Configured());

            var stores = await services.StoresAsync(stop.Token);
            var roles = storesOnly ? [] : services.Roles();
            await FreePortCheck.EnsureAsync([.. stores, .. roles], leftOver is null ? TimeSpan.Zero : LeftOverPatience, clock, stop.Token);
            WriteState(ready: false);
            await supervisor.StartAsync(stores, StartPatience, Started, stop.Token);
            await Preparation.RunAsync(data, configuration, call.Configured(), printer.Say, stop.Token);
            await supervisor.StartAsync(roles, StartPatience, Started, stop.Token);
            WriteState(ready: true);

            printer.Line("TrackHub is ready");
            PrintServices(printer, Current());
            await Task.Delay(Timeout.InfiniteTimeSpan, clock, stop.Token);
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            printer.Say("stopping");
            await supervisor.StopAsync(StopLimit);
            data.ClearState();
            printer.Say("stopped");
            return 0;
        }
        catch
        {
            await supervisor.StopAsync(StopLimit);
            data.ClearState();
            throw;
        }

        void RequestStop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }

        void Started(Service service) => printer.Say($"{service.Name} serves {service.Addresses[0].Address}");

        void WriteState(bool ready) => data.WriteState(RunningSystem.Ours(ports.Base, ready, Current()));

        List<RunningService> Current() =>
        [
            .. running!.Running.SelectMany(static running => running.Service.Addresses.Select(address =>
                new RunningService(address.Name, address.Address, running.ProcessId, RunningSystem.StartOf(running.ProcessId) ?? 0))),
        ];
    }

    private static CommandException AlreadyUp(MachineData data) => new(data.ReadState() is { } running
        ? $"TrackHub already runs on {data.Root} (process {running.ProcessId}, ports from {running.PortBase}): stop it with `trackhub down`, or start another with --data DIR --port-base N."
        : $"Another `trackhub up` is starting or stopping on {data.Root}: wait for it, or start another with --data DIR --port-base N.");
}
