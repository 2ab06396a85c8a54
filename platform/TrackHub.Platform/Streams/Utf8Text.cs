using System.Buffers;
using System.Text;

namespace TrackHub.Platform.Streams;

/// <summary>A text as UTF-8: in memory of the caller's where it fits, else rented until disposed of.</summary>
internal readonly ref struct Utf8Text : IDisposable
{
    /// <summary>Room on the stack that keys, brand ids and trace contexts fit in.</summary>
    public const int UsualBytes = 256;

    private readonly byte[]? _rented;

    /// <summary>Encodes a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="room">Where to, if it is large enough.</param>
    public Utf8Text(string text, Span<byte> room)
    {
        if (!Encoding.UTF8.TryGetBytes(text, room, out var length))
        {
            length = Encoding.UTF8.GetByteCount(text);
            room = _rented = ArrayPool<byte>.Shared.Rent(length);
            Encoding.UTF8.GetBytes(text, room);
        }

        Bytes = room[..length];
    }

    /// <summary>The text.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_rented is not null)
            ArrayPool<byte>.Shared.Return(_rented);
    }
}
