using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Network;

/// <summary>
/// Cuts a connection's bytes into frames: 4 bytes big-endian length, then the request. The buffer grows as bytes arrive, never on the
/// word of a length alone, and an idle connection holds a small one.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class FrameReader(Socket socket, int maxFrameBytes) : IDisposable
{
    private const int IdleBytes = 4 * 1024;
    private const int FirstGrowthBytes = 256 * 1024;
    private const int PrefixBytes = 4;

    /// <summary>Key, version and correlation id.</summary>
    private const int MinFrameBytes = 8;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(IdleBytes);
    private int _start;
    private int _end;

    /// <summary>The next frame without its length, valid until the next call; null when the peer closed the connection.</summary>
    /// <exception cref="MalformedRequestException">The length is not that of a request.</exception>
    public async ValueTask<Memory<byte>?> ReadAsync(CancellationToken stoppingToken)
    {
        Settle();
        if (!await FillAsync(PrefixBytes, stoppingToken))
            return null;

        var length = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start));
        if (length < MinFrameBytes || length > maxFrameBytes)
            throw new MalformedRequestException($"a frame of {length} bytes; {MinFrameBytes} to {maxFrameBytes} are taken");
        if (!await FillAsync(PrefixBytes + length, stoppingToken))
            return null;

        var frame = _buffer.AsMemory(_start + PrefixBytes, length);
        _start += PrefixBytes + length;
        return frame;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private async ValueTask<bool> FillAsync(int bytes, CancellationToken stoppingToken)
    {
        while (_end - _start < bytes)
        {
            if (_end == _buffer.Length)
                MakeRoom(bytes);
            var received = await socket.ReceiveAsync(_buffer.AsMemory(_end), stoppingToken);
            if (received == 0)
                return false;
            _end += received;
        }

        return true;
    }

    /// <summary>Lets go of a large buffer once everything in it was answered.</summary>
    private void Settle()
    {
        if (_start != _end)
            return;

        _start = _end = 0;
        if (_buffer.Length >= FirstGrowthBytes)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = ArrayPool<byte>.Shared.Rent(IdleBytes);
        }
    }

    /// <summary>The buffer is filled to its end: what is held moves to the front, of a larger buffer if the frame needs one.</summary>
    private void MakeRoom(int bytes)
    {
        var held = _end - _start;
        var from = _buffer;
        if (bytes > _buffer.Length)
            _buffer = ArrayPool<byte>.Shared.Rent(Math.Min(bytes, Math.Max(_buffer.Length * 2, FirstGrowthBytes)));
        from.AsSpan(_start, held).CopyTo(_buffer);
        if (from != _buffer)
            ArrayPool<byte>.Shared.Return(from);
        (_start, _end) = (0, held);
    }
}
