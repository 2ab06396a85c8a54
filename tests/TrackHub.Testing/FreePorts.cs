using System.Net;
using System.Net.Sockets;

namespace TrackHub.Testing;

/// <summary>Ports for servers that cannot choose one themselves.</summary>
public static class FreePorts
{
    /// <summary>A port that nobody listens on now. Someone may be faster: start the server again with another one if it is taken.</summary>
    public static int Next()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
