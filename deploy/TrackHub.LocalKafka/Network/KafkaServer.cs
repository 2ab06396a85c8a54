using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using TrackHub.LocalKafka.Hosting;

namespace TrackHub.LocalKafka.Network;

/// <summary>Listens for Kafka clients and serves each connection on its own.</summary>
internal sealed partial class KafkaServer : IAsyncDisposable
{
    private const int Backlog = 512;
    private const int LooksPerIdle = 4;   // so a connection ends at most a quarter late

    private readonly Socket _listener;
    private readonly BrokerMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Task, KafkaConnection> _connections = new();
    private Task _accepting = Task.CompletedTask;
    private ITimer? _looking;
    private int _isLooking;
    private int _open;
    private bool _isFull;

    /// <summary>Takes the address; clients are served after <see cref="Start"/>.</summary>
    /// <exception cref="IOException">The port is taken, or the address is none of this machine.</exception>
    public KafkaServer(IPAddress address, int port, BrokerMetrics metrics, TimeProvider clock, ILogger logger)
    {
        _metrics = metrics;
        _clock = clock;
        _logger = logger;
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _listener.Bind(new IPEndPoint(address, port));
        }
        catch (SocketException fault)
        {
            _listener.Dispose();
            throw new IOException($"{new IPEndPoint(address, port)} cannot be listened on: {fault.Message}. Choose another address or port by section LocalKafka.", fault);
        }
    }

    /// <summary>The port that was bound.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Whether connections are taken.</summary>
    public bool IsAccepting => !_accepting.IsCompleted;

    /// <summary>Serves clients from now on.</summary>
    public void Start(KafkaListener listener)
    {
        _listener.Listen(Backlog);
        _accepting = AcceptAsync(listener);
        var interval = listener.MaxIdle / LooksPerIdle;
        _looking = _clock.CreateTimer(_ => EndIdle(listener.MaxIdle), state: null, interval, interval);
    }

    /// <summary>Stops accepting, ends waiting requests and closes every connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_looking is { } looking)
            await looking.DisposeAsync();
        _listener.Dispose();
        await _accepting;
        var connections = _connections.ToArray();
        foreach (var (_, connection) in connections)
            connection.Abort();
        await Task.WhenAll(connections.Select(static connection => connection.Key));
        _stopping.Dispose();
    }

    private async Task AcceptAsync(KafkaListener listener)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await _listener.AcceptAsync(_stopping.Token);
                if (IsTooMany(listener.MaxConnections))
                {
                    socket.Dispose();
                    continue;
                }

                socket.NoDelay = true;
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                var connection = new KafkaConnection(socket, listener, _metrics, _clock, _logger);
                Track(Task.Run(() => connection.RunAsync(_stopping.Token)), connection);
            }
            catch (SocketException fault) when (!_stopping.IsCancellationRequested)
            {
                // Out of descriptors, or the peer gave up before it was accepted: the next may do better.
                Log.AcceptFailed(_logger, fault);
                await Task.Delay(TimeSpan.FromMilliseconds(100));
            }
            catch (Exception fault)
                when (_stopping.IsCancellationRequested && fault is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    /// <summary>Told once, not for each that is refused: those may be many.</summary>
    private bool IsTooMany(int limit)
    {
        var isFull = Volatile.Read(ref _open) >= limit;
        if (isFull && !_isFull)
            Log.Full(_logger, limit);
        return _isFull = isFull;
    }

    private void EndIdle(TimeSpan limit)
    {
        // A look that takes longer than the interval is not taken twice at once.
        if (Interlocked.Exchange(ref _isLooking, 1) == 1)
            return;

        foreach (var connection in _connections.Values)
            connection.EndIfIdle(limit);
        Volatile.Write(ref _isLooking, 0);
    }

    private void Track(Task serving, KafkaConnection connection)
    {
        Interlocked.Increment(ref _open);
        _connections[serving] = connection;
        _ = UntrackAsync(serving);
    }

    private async Task UntrackAsync(Task serving)
    {
        // However it ended: what went wrong was logged where it was served.
        await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _connections.TryRemove(serving, out _);
        Interlocked.Decrement(ref _open);
    }

    private static partial class Log
    {
        [LoggerMessage(23, LogLevel.Warning, "A connection could not be accepted")]
        public static partial void AcceptFailed(ILogger logger, Exception fault);

        [LoggerMessage(24, LogLevel.Warning, "{Connections} connections are open, as many as MaxConnections allows; further ones are closed at once")]
        public static partial void Full(ILogger logger, int connections);
    }
}
