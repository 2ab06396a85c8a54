using System.CommandLine;
using System.Diagnostics;
using TrackHub.Cli.Output;

namespace TrackHub.Cli.Supervising;

/// <summary><c>up --detach</c>: an <c>up</c> in a session of its own, watched until it is ready.</summary>
internal static class DetachedUp
{
    private const string Redirected = """log=$1; shift; exec "$@" </dev/null >>"$log" 2>&1""";
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Starts it and returns once it is ready.</summary>
    /// <param name="call">The call, whose data, ports and configuration it gets.</param>
    /// <param name="storesOnly">Without the roles.</param>
    /// <param name="cancellationToken">Ends the watching, not the run.</param>
    /// <returns>0, or 1 if it ended before; what it said stands on standard error.</returns>
    public static async Task<int> RunAsync(ParseResult call, bool storesOnly, CancellationToken cancellationToken)
    {
        var (printer, data) = (Printer.Of(call), call.MachineData());
        var log = data.LogFile("up");
        var position = File.Exists(log) ? new FileInfo(log).Length : 0;
        string[] arguments =
        [
            "/bin/sh", "-c", Redirected, "trackhub", log, Ourselves.Program, .. Ourselves.Arguments, "up", "--data", data.Root,
            "--port-base", $"{call.GetValue(GlobalOptions.PortBase)}", .. storesOnly ? [UpCommand.StoresOnly] : Array.Empty<string>(), .. call.Configured().Select(static pair => "--" + pair),
        ];
        using var process = Process.Start(new ProcessStartInfo("setsid", arguments)) ?? throw new InvalidOperationException("setsid did not start.");
        while (true)
        {
            var ended = process.HasExited;
            var state = data.ReadState();
            position = Relay(log, position, printer);
            if (ended)
            {
                printer.Say($"log: {log}");
                return 1;
            }

            if (state is { Ready: true } && state.ProcessId == process.Id)
            {
                printer.Line("TrackHub is ready");
                UpCommand.PrintServices(printer, state.Services);
                return 0;
            }

            await Task.Delay(Interval, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Shows the whole lines the log has gained, up to the one that says it is ready: that and the table follow on standard output.</summary>
    private static long Relay(string log, long position, Printer printer)
    {
        if (!File.Exists(log)) return position;

        using var stream = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Seek(position, SeekOrigin.Begin);
        var text = new StreamReader(stream).ReadToEnd();
        var whole = text[..(text.LastIndexOf('\n') + 1)];
        foreach (var line in whole.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeWhile(static line => line != "TrackHub is ready")) printer.Say(line);
        return position + System.Text.Encoding.UTF8.GetByteCount(whole);
    }
}
