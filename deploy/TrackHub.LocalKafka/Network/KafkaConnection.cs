using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using TrackHub.LocalKafka.Api;
using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Network;

/// <summary>One client connection: reads a request, answers it, reads the next. So responses keep the order of requests, as Kafka demands.</summary>
internal sealed partial class KafkaConnection(
    Socket socket, KafkaListener listener, BrokerMetrics metrics, TimeProvider clock, ILogger logger)
{
    private readonly ConnectionTraffic _traffic = new(socket, clock);
    private volatile bool _isAnswering;

    /// <summary>Serves the connection until the peer closes it, breaks the protocol or the broker stops. Throws nothing of these.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        metrics.Connected();
        var peer = (socket.RemoteEndPoint as IPEndPoint)?.ToString() ?? "";
        try
        {
            await ServeAsync(peer, stoppingToken);
        }
        catch (MalformedRequestException fault)
        {
            Log.Malformed(logger, peer, fault.Message);
        }
        catch (SocketException)
        {
            // The peer went away.
        }
        catch (IOException fault)
        {
            // The disk refused what cannot be answered with an error of its own: no answer, so nothing is promised.
            Log.StorageFailed(logger, fault, peer);
        }
        catch (Exception fault)
            when (stoppingToken.IsCancellationRequested && fault is OperationCanceledException or ObjectDisposedException)
        {
            // The broker stops.
        }
        catch (Exception fault)
        {
            // A fault in one request must not end the log of all clients: it is reported and costs its connection.
            Log.Failed(logger, fault, peer);
        }
        finally
        {
            socket.Dispose();
            metrics.Disconnected();
        }
    }

    /// <summary>
    /// Ends the connection if no byte has moved on it for <paramref name="limit"/>: an idle peer, one that vanished, one that reads no
    /// answers. Not while the broker is at work on a request, which may wait for others. One caller at a time.
    /// </summary>
    public void EndIfIdle(TimeSpan limit)
    {
        try
        {
            if (_isAnswering)
                _traffic.Touch();
            else if (_traffic.Look() > limit)
                socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // It ended by itself.
        }
    }

    /// <summary>Ends the connection at once.</summary>
    public void Abort() => socket.Dispose();

    private async Task ServeAsync(string peer, CancellationToken stoppingToken)
    {
        var door = listener.Door;
        using var transport = door is null ? new PlainTransport(socket) : await door.SecureAsync(socket, stoppingToken);
        using var frames = new FrameReader(transport, listener.MaxRequestBytes);
        using var response = new WireWriter();
        using var request = new KafkaRequest(peer, listener.Broker);
        if (door is not null && !await door.AuthenticateAsync(transport, frames, request, stoppingToken))
            return;

        while (await frames.ReadAsync(stoppingToken) is { } frame)
        {
            var started = Stopwatch.GetTimestamp();
            request.Reader.Reset(frame);
            request.IsUnanswered = false;
            response.Reset();
            response.Int32(0);   // length, known at the end
            _isAnswering = true;
            var api = await listener.Apis.AnswerAsync(request, response, stoppingToken);
            _isAnswering = false;
            var sentBytes = 0;
            if (!request.IsUnanswered)
            {
                sentBytes = response.Length + request.Records.Bytes;
                response.PatchInt32(0, sentBytes - sizeof(int));
                await SendAsync(transport, response, request.Records, stoppingToken);
                request.Records.Clear();   // before the next request comes, which may take hours
            }

            metrics.Answered(api, Stopwatch.GetElapsedTime(started), sizeof(int) + frame.Length, sentBytes);
        }
    }

    /// <summary>Sends what was written, with the slices of the log in their places.</summary>
    private static async ValueTask SendAsync(ITransport transport, WireWriter response, AttachedRecords records, CancellationToken stoppingToken)
    {
        var sent = 0;
        for (var i = 0; i < records.Count; i++)
        {
            var (position, slice) = records[i];
            await transport.SendAsync(response.Written[sent..position], stoppingToken);
            await transport.SendAsync(slice, stoppingToken);
            sent = position;
        }

        await transport.SendAsync(response.Written[sent..], stoppingToken);
    }

    private static partial class Log
    {
        [LoggerMessage(20, LogLevel.Warning, "Closing the connection from {Peer}: {Fault}")]
        public static partial void Malformed(ILogger logger, string peer, string fault);

        [LoggerMessage(21, LogLevel.Error, "Closing the connection from {Peer}: the disk refused a write")]
        public static partial void StorageFailed(ILogger logger, Exception fault, string peer);

        [LoggerMessage(22, LogLevel.Error, "Closing the connection from {Peer}: a request failed")]
        public static partial void Failed(ILogger logger, Exception fault, string peer);
    }
}
