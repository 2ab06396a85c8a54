using System.Runtime.CompilerServices;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Network;

/// <summary>Reads a connection frame by frame.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class FrameReader(ITransport transport, int maxFrameBytes) : IDisposable
{
    private readonly FrameBuffer _frames = new(maxFrameBytes);

    /// <summary>A longer frame is refused before any of it is read.</summary>
    public int MaxFrameBytes
    {
        get => _frames.MaxFrameBytes;
        set => _frames.MaxFrameBytes = value;
    }

    /// <summary>The next frame without its length, valid until the next call; null when the peer closed the connection.</summary>
    /// <exception cref="MalformedRequestException">The length is not that of a request.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]   // one wait a request: its state is reused
    public async ValueTask<Memory<byte>?> ReadAsync(CancellationToken stoppingToken)
    {
        Memory<byte> frame;
        while (!_frames.TryTake(out frame))
        {
            var received = await transport.ReceiveAsync(_frames.Room(), stoppingToken);
            if (received == 0)
                return null;
            _frames.Received(received);
        }

        return frame;
    }

    public void Dispose() => _frames.Dispose();
}
