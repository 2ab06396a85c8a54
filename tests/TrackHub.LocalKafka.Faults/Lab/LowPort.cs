using System.Net;
using System.Net.Sockets;

namespace TrackHub.LocalKafka.Faults.Lab;

/// <summary>Ports for brokers that come back on the port they had.</summary>
internal static class LowPort
{
    /// <summary>
    /// A port that nobody listens on and that no client is given for its own end: between two lives of a broker a client that connects from that
    /// very port would be connected with itself, and the broker shut out.
    /// </summary>
    public static int Next()
    {
        while (true)
        {
            var port = Random.Shared.Next(15_000, 32_000);   // Linux gives clients 32768 to 60999
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Taken: another.
            }
        }
    }
}
