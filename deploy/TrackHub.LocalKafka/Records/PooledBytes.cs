using System.Buffers;

namespace TrackHub.LocalKafka.Records;

/// <summary>A growing buffer from the pool, reused from batch to batch.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class PooledBytes : IDisposable
{
    private byte[] _buffer = [];

    public int Length { get; private set; }

    /// <summary>What was written. Valid until the next write.</summary>
    public Span<byte> Written => _buffer.AsSpan(0, Length);

    /// <inheritdoc cref="Written"/>
    public Memory<byte> WrittenMemory => _buffer.AsMemory(0, Length);

    public void Clear() => Length = 0;

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _buffer.Length - Length);
        Length += count;
    }

    /// <summary>All free bytes, at least <paramref name="atLeast"/> and never none.</summary>
    public Span<byte> GetSpan(int atLeast)
    {
        var wanted = checked(Length + Math.Max(atLeast, 1));
        if (wanted > _buffer.Length)
            Grow(wanted);
        return _buffer.AsSpan(Length);
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        Advance(bytes.Length);
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        Length = 0;
    }

    private void Grow(int wanted)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(wanted, (int)Math.Min(_buffer.Length * 2L, Array.MaxLength)));
        Written.CopyTo(larger);
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
