using System.Buffers;
using System.Runtime.InteropServices;

namespace TrackHub.Ingest.Tracking;

/// <summary>The texts of one body while it is read and written, in one rented buffer that is given back clean: none of them is ever an object.</summary>
/// <param name="characters">Characters that will most likely do; what does not fit takes arrays of its own.</param>
internal ref struct TextArena(int characters) : IDisposable
{
    private readonly char[] _rented = ArrayPool<char>.Shared.Rent(characters);
    private int _used;
    private int _touched;

    /// <summary>An arena for a body of that many bytes: its texts, and what is kept and decoded of an address.</summary>
    public static TextArena For(int bodyBytes) => new((3 * bodyBytes) + 256);

    /// <summary>Room for a text whose length is not known yet. It is taken by <see cref="Keep"/>, and the same for the next who asks if it is not.</summary>
    public Memory<char> Room(int most)
    {
        if (_rented.Length - _used < most)
            return new char[most];

        _touched = Math.Max(_touched, _used + most);
        return _rented.AsMemory(_used, most);
    }

    /// <summary>Takes the first characters of the room that was given last, or of a part of it.</summary>
    public ReadOnlyMemory<char> Keep(ReadOnlyMemory<char> room, int length)
    {
        if (MemoryMarshal.TryGetArray(room, out var part) && part.Array == _rented)
            _used = part.Offset + length;
        return room[..length];
    }

    /// <inheritdoc/>
    public readonly void Dispose()
    {
        _rented.AsSpan(0, _touched).Clear();
        ArrayPool<char>.Shared.Return(_rented);
    }
}
