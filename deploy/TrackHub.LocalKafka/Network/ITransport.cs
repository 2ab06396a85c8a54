using System.Buffers;
using System.Net.Sockets;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Network;

/// <summary>The bytes of one connection: those of its socket, or of TLS over it.</summary>
/// <remarks>One read and one write at a time. A peer that went away is a <see cref="SocketException"/>, whatever lies between.</remarks>
internal interface ITransport : IDisposable
{
    /// <summary>What is copied at once of a slice.</summary>
    private const int CopyBytes = 64 * 1024;

    /// <summary>Reads what has come, at most what fits; 0 when the peer closed.</summary>
    ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken stoppingToken);

    /// <summary>Sends all of it.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken stoppingToken);

    /// <summary>Sends all of a slice that the caller has borrowed, by copying it piece by piece.</summary>
    /// <exception cref="IOException">The file is shorter than the log says.</exception>
    ValueTask SendAsync(LogSlice slice, CancellationToken stoppingToken) => CopyAsync(this, slice, stoppingToken);

    /// <summary>Sends a slice by copies through a buffer of fixed size.</summary>
    static async ValueTask CopyAsync(ITransport transport, LogSlice slice, CancellationToken stoppingToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Min(CopyBytes, slice.Length));
        try
        {
            for (var sent = 0; sent < slice.Length;)
            {
                var read = slice.Read(buffer, sent);
                if (read == 0)
                    throw new IOException($"{slice.Path} ends before position {slice.Position + slice.Length}.");
                await transport.SendAsync(buffer.AsMemory(0, read), stoppingToken);
                sent += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
