using System.Buffers.Binary;
using System.Net.Sockets;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests;

/// <summary>Sends requests byte by byte, for what no well-behaved client would send.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly TcpClient _client = new();

    public static async Task<RawClient> ConnectAsync(int port)
    {
        var raw = new RawClient();
        await raw._client.ConnectAsync("127.0.0.1", port);
        return raw;
    }

    /// <summary>A frame with its length: header, then <paramref name="body"/>.</summary>
    public static byte[] Frame(ApiKey key, short version, bool flexible, Action<WireWriter> body)
    {
        using var writer = new WireWriter();
        writer.Int32(0);
        writer.Int16((short)key);
        writer.Int16(version);
        writer.Int32(7);
        writer.String("raw");
        writer.Flexible = flexible;
        writer.Tags();
        body(writer);
        writer.PatchInt32(0, writer.Length - 4);
        return writer.Written.ToArray();
    }

    /// <summary>Sends bytes and reads one response, positioned behind its correlation id; null if the broker closed the connection.</summary>
    public async Task<WireReader?> SendAsync(byte[] bytes)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var stream = _client.GetStream();
        var length = new byte[4];
        try
        {
            await stream.WriteAsync(bytes, deadline.Token);
            await stream.ReadExactlyAsync(length, deadline.Token);
            var response = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
            await stream.ReadExactlyAsync(response, deadline.Token);
            var reader = new WireReader();
            reader.Reset(response);
            reader.Int32().ShouldBe(7);
            return reader;
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void Dispose() => _client.Dispose();
}
