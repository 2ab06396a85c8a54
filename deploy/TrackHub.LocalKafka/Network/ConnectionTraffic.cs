using System.Buffers.Binary;
using System.Net.Sockets;

namespace TrackHub.LocalKafka.Network;

/// <summary>How long no byte has moved on a connection, by the kernel's own counts, so that the bytes' way pays nothing for it.</summary>
/// <remarks>Not thread-safe. Source of the layout: tcp_info of linux/tcp.h, which only grows at its end.</remarks>
internal sealed class ConnectionTraffic(Socket socket, TimeProvider clock)
{
    private const int TcpProtocol = 6;
    private const int TcpInfo = 11;
    private const int AckedPosition = 120;   // bytes that the peer has taken, 8 bytes in the machine's order; behind it bytes that came
    private const int Bytes = AckedPosition + 16;

    private long _since = clock.GetTimestamp();
    private UInt128 _seen;

    /// <summary>Time since bytes were last seen to have moved. A peer that takes nothing moves none, whatever is sent to it.</summary>
    public TimeSpan Look()
    {
        Span<byte> counts = stackalloc byte[Bytes];
        if (socket.GetRawSocketOption(TcpProtocol, TcpInfo, counts) < Bytes)
            return TimeSpan.Zero;   // no counts, nothing to judge by

        var moved = BinaryPrimitives.ReadUInt128LittleEndian(counts[AckedPosition..]);
        if (moved == _seen)
            return clock.GetElapsedTime(_since);

        _seen = moved;
        Touch();
        return TimeSpan.Zero;
    }

    /// <summary>Starts over.</summary>
    public void Touch() => _since = clock.GetTimestamp();
}
