using System.Net.Security;
using System.Net.Sockets;
using TrackHub.LocalKafka.Network;

namespace TrackHub.LocalKafka.Access;

/// <summary>TLS over a socket, handshake done.</summary>
internal sealed class TlsTransport(SslStream stream) : ITransport
{
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken stoppingToken)
    {
        try
        {
            return await stream.ReadAsync(buffer, stoppingToken);
        }
        catch (IOException fault)
        {
            throw Gone(fault);
        }
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken stoppingToken)
    {
        try
        {
            await stream.WriteAsync(bytes, stoppingToken);
        }
        catch (IOException fault)
        {
            throw Gone(fault);
        }
    }

    public void Dispose() => stream.Dispose();

    /// <summary>Bytes that are no TLS end a connection as a peer that went away does; an IOException would read as the disk's.</summary>
    private static SocketException Gone(IOException fault) => fault.InnerException as SocketException ?? new SocketException((int)SocketError.ConnectionReset);
}
