using System.Buffers.Binary;
using System.Net.Sockets;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Tests;

/// <summary>Sends requests byte by byte, for what no well-behaved client would send.</summary>
internal sealed class RawClient : IDisposable
{
    private const int CorrelationId = 7;

    private readonly TcpClient _client = new();

    public static async Task<RawClient> ConnectAsync(int port)
    {
        var raw = new RawClient();
        await raw._client.ConnectAsync("127.0.0.1", port);
        return raw;
    }

    /// <summary>A frame with its length: header, then the body of <paramref name="request"/>.</summary>
    public static byte[] Frame<TResponse>(IWireRequest<TResponse> request, short version)
        where TResponse : IWireMessage, new()
    {
        var header = new RequestHeader { Key = (short)request.Range.Key, Version = version, CorrelationId = CorrelationId, ClientId = "raw" };
        return Frame(request.Range, header, request);
    }

    /// <summary>A frame with its length: header, then body.</summary>
    public static byte[] Frame(ApiRange range, RequestHeader header, IWireMessage body)
    {
        using var writer = new WireWriter();
        writer.Int32(0);
        header.Fields(writer);
        (writer.Version, writer.Flexible) = (header.Version, range.IsFlexible(header.Version));
        writer.Tags();
        writer.Message(body);
        writer.PatchInt32(0, writer.Length - 4);
        return writer.Written.ToArray();
    }

    /// <summary>Asks and reads the response; fails if the broker closes the connection instead.</summary>
    public async Task<TResponse> AskAsync<TResponse>(IWireRequest<TResponse> request, short version)
        where TResponse : IWireMessage, new() =>
        Read((await SendAsync(Frame(request, version))).ShouldNotBeNull(), request, version);

    /// <summary>A response without its length, behind its correlation id, which is that of <see cref="Frame{TResponse}"/>.</summary>
    public static WireReader Open(byte[] response)
    {
        var reader = new WireReader();
        reader.Reset(response);
        var correlationId = 0;
        reader.Int32(ref correlationId);
        correlationId.ShouldBe(CorrelationId);
        return reader;
    }

    /// <summary>Reads the whole response to <paramref name="request"/> behind its correlation id.</summary>
    public static TResponse Read<TResponse>(WireReader reader, IWireRequest<TResponse> request, short version)
        where TResponse : IWireMessage, new()
    {
        (reader.Version, reader.Flexible) = (version, request.Range.IsFlexible(version));
        if (request.Range.Key != ApiKey.ApiVersions)
            reader.Tags();
        var response = new TResponse();
        reader.Message(response);
        reader.Remaining.ShouldBe(0);
        return response;
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
            return Open(response);
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void Dispose() => _client.Dispose();
}
