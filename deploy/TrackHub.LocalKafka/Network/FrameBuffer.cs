using System.Buffers;
using System.Buffers.Binary;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Network;

/// <summary>
/// Cuts a connection's bytes into frames: 4 bytes big-endian length, then the request. The buffer grows with what has arrived, never on
/// the word of a length alone, and an idle connection holds a small one.
/// </summary>
/// <remarks>
/// Not thread-safe. Use: <see cref="TryTake"/> until it is false, then receive into <see cref="Room"/>, tell <see cref="Received"/>, again.
/// </remarks>
internal sealed class FrameBuffer(int maxFrameBytes) : IDisposable
{
    private const int IdleBytes = 4 * 1024;
    private const int PrefixBytes = 4;

    /// <summary>Key, version and correlation id.</summary>
    private const int MinFrameBytes = 8;

    /// <summary>
    /// The buffer holds at most this many times what has arrived: growing copies a fifteenth of a large frame instead of all of it, and
    /// whoever wants memory for a made-up length has to send a sixteenth of it.
    /// </summary>
    private const int GrowthFactor = 16;

    /// <summary>Larger buffers are left to the collector: a pool would keep them for a client that sends such a frame once a day.</summary>
    private const int MaxPooledBytes = 4 * 1024 * 1024;

    /// <summary>Buffers up to this size come from the shared pool, which keeps some for each thread.</summary>
    private const int MaxSharedBytes = 64 * 1024;

    /// <summary>
    /// Larger ones are shared by all threads: a connection has one at a time, but is served by another thread each time, and one of a
    /// megabyte for each would be most of the broker's memory.
    /// </summary>
    private static ArrayPool<byte> _large = NewPool();

    private byte[] _buffer = Rent(IdleBytes);
    private int _start;
    private int _end;

    /// <summary>A longer frame is refused before any of it is read.</summary>
    public int MaxFrameBytes { get; set; } = maxFrameBytes;

    /// <summary>Takes the next whole frame, without its length; it is valid until <see cref="Room"/>. False if it has not arrived yet.</summary>
    /// <exception cref="MalformedRequestException">The length is not that of a request.</exception>
    public bool TryTake(out Memory<byte> frame)
    {
        frame = default;
        if (WantedBytes() is not { } wanted || _end - _start < wanted)
            return false;

        frame = _buffer.AsMemory(_start + PrefixBytes, wanted - PrefixBytes);
        _start += wanted;
        return true;
    }

    /// <summary>
    /// Where the next bytes go; never empty. A large frame's room ends with it, so that the frame behind it need not be moved.
    /// </summary>
    public Memory<byte> Room()
    {
        var held = _end - _start;
        var wanted = WantedBytes() ?? PrefixBytes;
        if (held == 0 || wanted > _buffer.Length - _start)
            Move(held, Math.Min(wanted, Math.Max(held, IdleBytes) * (long)GrowthFactor));
        var end = wanted > IdleBytes ? Math.Min(_start + wanted, _buffer.Length) : _buffer.Length;
        return _buffer.AsMemory(_end, end - _end);
    }

    /// <summary>Leaves the larger buffers that no connection holds to the collector. For any thread; held ones come back to the pool as ever.</summary>
    public static void ForgetPooled() => _large = NewPool();

    /// <summary>Counts bytes that were put into <see cref="Room"/>.</summary>
    public void Received(int count) => _end += count;

    public void Dispose()
    {
        Return(_buffer);
        _buffer = [];
    }

    /// <summary>Bytes of the frame at the front, prefix included; null while its length has not arrived.</summary>
    private int? WantedBytes()
    {
        if (_end - _start < PrefixBytes)
            return null;

        var length = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start));
        return length >= MinFrameBytes && length <= MaxFrameBytes
            ? PrefixBytes + length
            : throw new MalformedRequestException($"a frame of {length} bytes; {MinFrameBytes} to {MaxFrameBytes} are taken");
    }

    /// <summary>Moves what is held to the front, of a buffer of another size if this one is too small or, all answered, too large.</summary>
    private void Move(int held, long bytes)
    {
        var from = _buffer;
        if (bytes > from.Length)
            _buffer = Rent((int)bytes);
        else if (held == 0 && from.Length > IdleBytes)
            _buffer = Rent(IdleBytes);
        from.AsSpan(_start, held).CopyTo(_buffer);
        if (from != _buffer)
            Return(from);
        (_start, _end) = (0, held);
    }

    private static ArrayPool<byte> NewPool() => ArrayPool<byte>.Create(MaxPooledBytes, maxArraysPerBucket: 16);

    private static byte[] Rent(int bytes) => bytes switch
    {
        <= MaxSharedBytes => ArrayPool<byte>.Shared.Rent(bytes),
        <= MaxPooledBytes => _large.Rent(bytes),
        _ => GC.AllocateUninitializedArray<byte>(bytes),
    };

    private static void Return(byte[] buffer)
    {
        if (buffer.Length is > 0 and <= MaxSharedBytes)
            ArrayPool<byte>.Shared.Return(buffer);
        else if (buffer.Length is > 0 and <= MaxPooledBytes)
            _large.Return(buffer);
    }
}
