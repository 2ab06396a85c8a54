using System.Net;
using System.Net.Sockets;

namespace TrackHub.LocalKafka.Faults.Lab;

/// <summary>
/// Stands between clients and a broker and loses answers: what the broker sent is dropped and the connection with it, so that a client cannot
/// know whether its request was carried out.
/// </summary>
internal sealed class LossyProxy : IAsyncDisposable
{
    /// <summary>Where it listens: the broker's port at another of this machine's own addresses.</summary>
    public const string Host = "127.0.0.2";

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly IPEndPoint _broker;
    private readonly Random _random;
    private readonly Lock _drawing = new();
    private readonly Task _accepting;
    private double _loss;
    private int _lost;

    /// <param name="port">Of the broker at 127.0.0.1, and its own.</param>
    /// <param name="seed">Of what it loses.</param>
    public LossyProxy(int port, int seed)
    {
        _random = new Random(seed);
        _broker = new IPEndPoint(IPAddress.Loopback, port);
        _listener.Bind(new IPEndPoint(IPAddress.Parse(Host), port));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    /// <summary>How many answers were lost.</summary>
    public int Lost => Volatile.Read(ref _lost);

    /// <summary>Loses this share of the answers from now on.</summary>
    public void Lose(double share) => Volatile.Write(ref _loss, share);

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = CarryAsync(await _listener.AcceptAsync());
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task CarryAsync(Socket client)
    {
        using var broker = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            try
            {
                await broker.ConnectAsync(_broker);
                await Task.WhenAny(PumpAsync(client, broker, static () => false), PumpAsync(broker, client, IsLost));
            }
            catch (SocketException)
            {
                // No broker: no connection.
            }
        }
    }

    private static async Task PumpAsync(Socket from, Socket to, Func<bool> isLost)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var read && !isLost())
            {
                for (var sent = 0; sent < read;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent));
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // One end is gone: so goes the other.
        }
    }

    private bool IsLost()
    {
        lock (_drawing)
        {
            if (_random.NextDouble() >= Volatile.Read(ref _loss))
                return false;
        }

        Interlocked.Increment(ref _lost);
        return true;
    }
}
