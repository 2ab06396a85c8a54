using System.Net;
using System.Net.Sockets;

namespace TrackHub.Cli.Supervising;

/// <summary>Looks before the start whether every port is free, so that a taken one is named instead of a service failing.</summary>
internal static class FreePortCheck
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits for ports that a killed run's services are about to give back, then says what is taken.</summary>
    /// <exception cref="CommandException">Ports are taken; names them and the remedy.</exception>
    public static async Task EnsureAsync(IReadOnlyList<Service> services, TimeSpan patience, TimeProvider clock, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            var taken = services.SelectMany(static s => s.Ports.Select(port => (s.Name, Port: port))).Where(static p => !IsFree(p.Port)).ToList();
            if (taken.Count == 0) return;

            if (clock.GetElapsedTime(started) >= patience)
            {
                throw new CommandException(
                    $"Taken by another program: {string.Join(", ", taken.Select(static p => $"port {p.Port} ({p.Name})"))}. "
                    + "End that program (`ss -ltnp` names it), or choose other ports with --port-base N.");
            }

            await Task.Delay(Interval, clock, cancellationToken);
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
