using System.Net;
using System.Net.Sockets;

namespace TrackHub.Testing;

/// <summary>
/// Stands between clients and a broker. It can lose answers: what the broker sent is dropped and the connection with it, so that a client cannot
/// know whether its request was carried out. And it can be blocked: nothing is carried, no connection is taken or ended, as behind a firewall that drops.
/// </summary>
public sealed class BrokerProxy : IAsyncDisposable
{
    /// <summary>Where it listens: the broker's port at another of this machine's own addresses.</summary>
    public const string Host = "127.0.0.2";

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly IPEndPoint _broker;
    private readonly Random _random;
    private readonly Lock _drawing = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private TaskCompletionSource _open = new();
    private double _loss;
    private int _lost;

    /// <summary>Listens at once; it carries all until told otherwise.</summary>
    /// <param name="port">Of the broker at 127.0.0.1, and its own. The broker has to advertise <see cref="Host"/>.</param>
    /// <param name="seed">Of what it loses.</param>
    public BrokerProxy(int port, int seed = 0)
    {
        _random = new Random(seed);
        _broker = new IPEndPoint(IPAddress.Loopback, port);
        _listener.Bind(new IPEndPoint(IPAddress.Parse(Host), port));
        _listener.Listen();
        _open.SetResult();
        _accepting = AcceptAsync();
    }

    /// <summary>How many answers were lost.</summary>
    public int Lost => Volatile.Read(ref _lost);

    /// <summary>Loses this share of the answers from now on.</summary>
    public void Lose(double share) => Volatile.Write(ref _loss, share);

    /// <summary>Carries nothing from now on, until <see cref="Unblock"/>.</summary>
    public void Block()
    {
        Volatile.Write(ref _open, new(TaskCreationOptions.RunContinuationsAsynchronously));
        _listener.Listen(backlog: 0);   // who wants to connect gets no answer, but for the first
    }

    /// <summary>Carries again, first what waited.</summary>
    public void Unblock()
    {
        _listener.Listen();
        Volatile.Read(ref _open).SetResult();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stopping.Dispose();
    }

    private Task OpenAsync() => Volatile.Read(ref _open).Task.WaitAsync(_stopping.Token);

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                await OpenAsync();
                _ = CarryAsync(await _listener.AcceptAsync());
            }
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException or OperationCanceledException)
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
                await OpenAsync();
                await broker.ConnectAsync(_broker);
                await Task.WhenAny(PumpAsync(client, broker, static () => false), PumpAsync(broker, client, IsLost));
            }
            catch (Exception ended) when (ended is SocketException or OperationCanceledException)
            {
                // No broker: no connection.
            }
        }
    }

    private async Task PumpAsync(Socket from, Socket to, Func<bool> isLost)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var read && !isLost())
            {
                await OpenAsync();
                for (var sent = 0; sent < read;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent));
            }

            await OpenAsync();   // behind a block nobody hears that the other end is gone
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException or OperationCanceledException)
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
