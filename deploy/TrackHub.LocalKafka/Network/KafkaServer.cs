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

    private readonly Socket _listener;
    private readonly BrokerMetrics _metrics;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Task, Socket> _connections = new();
    private Task _accepting = Task.CompletedTask;

    /// <summary>Takes the address; clients are served after <see cref="Start"/>.</summary>
    /// <exception cref="SocketException">The port is taken.</exception>
    public KafkaServer(IPAddress address, int port, BrokerMetrics metrics, ILogger logger)
    {
        _metrics = metrics;
        _logger = logger;
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _listener.Bind(new IPEndPoint(address, port));
        }
        catch
        {
            _listener.Dispose();
            throw;
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
    }

    /// <summary>Stops accepting, ends waiting requests and closes every connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        var connections = _connections.ToArray();
        foreach (var (_, socket) in connections)
            socket.Dispose();
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
                socket.NoDelay = true;
                var connection = new KafkaConnection(socket, listener, _metrics, _logger);
                Track(Task.Run(() => connection.RunAsync(_stopping.Token)), socket);
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

    private void Track(Task serving, Socket socket)
    {
        _connections[serving] = socket;
        _ = UntrackAsync(serving);
    }

    private async Task UntrackAsync(Task serving)
    {
        // However it ended: what went wrong was logged where it was served.
        await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _connections.TryRemove(serving, out _);
    }

    private static partial class Log
    {
        [LoggerMessage(23, LogLevel.Warning, "A connection could not be accepted")]
        public static partial void AcceptFailed(ILogger logger, Exception fault);
    }
}
