using System.Net;
using System.Net.Sockets;

namespace TrackHub.LocalKafka.Faults.Connections;

/// <summary>A bare connection to a broker on this machine.</summary>
internal static class Peer
{
    /// <summary>Opens one.</summary>
    public static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Opens many, some at a time.</summary>
    public static async Task<List<Socket>> ConnectAsync(int port, int count)
    {
        var sockets = new List<Socket>();
        while (sockets.Count < count)
            sockets.AddRange(await Task.WhenAll(Enumerable.Range(0, Math.Min(50, count - sockets.Count)).Select(_ => ConnectAsync(port))));
        return sockets;
    }

    /// <summary>Waits until the broker ends the connection; what it sends before that is dropped.</summary>
    /// <exception cref="OperationCanceledException">It did not within 30 s.</exception>
    public static async Task EndsAsync(this Socket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var dropped = new byte[64 * 1024];
        try
        {
            while (await socket.ReceiveAsync(dropped, patience.Token) > 0)
            {
                // Not yet.
            }
        }
        catch (SocketException)
        {
            // It ended with a reset: bytes of ours were still unread.
        }
    }
}
