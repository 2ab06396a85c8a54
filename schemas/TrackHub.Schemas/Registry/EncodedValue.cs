using System.Buffers;

namespace TrackHub.Schemas;

/// <summary>A record's value as bytes, in memory that may be rented: used inside one method and disposed of there, once.</summary>
public readonly struct EncodedValue : IDisposable
{
    private readonly byte[]? _bytes;
    private readonly int _length;
    private readonly bool _isRented;

    private EncodedValue(byte[]? bytes, int length, bool isRented) => (_bytes, _length, _isRented) = (bytes, length, isRented);

    /// <summary>The value; a default span if there is none.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>Bytes of the caller's; null for none.</summary>
    public static EncodedValue Of(byte[]? bytes) => new(bytes, bytes?.Length ?? 0, isRented: false);

    /// <summary>The first bytes of an array of <see cref="ArrayPool{T}.Shared"/>, which goes back there.</summary>
    internal static EncodedValue Rented(byte[] bytes, int length) => new(bytes, length, isRented: true);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isRented)
            ArrayPool<byte>.Shared.Return(_bytes!);
    }
}
