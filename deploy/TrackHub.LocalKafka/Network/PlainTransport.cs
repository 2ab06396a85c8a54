using System.Net.Sockets;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Network;

/// <summary>The socket itself.</summary>
internal sealed class PlainTransport(Socket socket) : ITransport
{
    /// <summary>What is copied where a full socket is waited for: little, since the wait is what it is about.</summary>
    private const int CopyBytes = 16 * 1024;

    public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken stoppingToken) => socket.ReceiveAsync(buffer, stoppingToken);

    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken stoppingToken)
    {
        while (bytes.Length > 0)
            bytes = bytes[await socket.SendAsync(bytes, stoppingToken)..];
    }

    /// <summary>Sends a slice from the page cache, without a copy in this process, as far as the socket takes it.</summary>
    public async ValueTask SendAsync(LogSlice slice, CancellationToken stoppingToken)
    {
        while (slice.Length > 0)
        {
            var sent = SendFile.TrySend(socket.SafeHandle, slice.File, slice.Position, slice.Length);
            if (sent == 0)
            {
                // Full, or no longer there: sending a copy waits for the one and throws for the other.
                sent = Math.Min(CopyBytes, slice.Length);
                await ITransport.CopyAsync(this, slice with { Length = sent }, stoppingToken);
            }

            slice = slice with { Position = slice.Position + sent, Length = slice.Length - sent };
        }
    }

    public void Dispose() => socket.Dispose();
}
