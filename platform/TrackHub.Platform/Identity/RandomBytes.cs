using System.Security.Cryptography;

namespace TrackHub.Platform.Identity;

/// <summary>
/// Few random bytes at a time from the system's generator, which is asked for many at once: calls for a nonce and an id were 0.8 µs each of a click
/// (ingress-profile.md).
/// </summary>
internal static class RandomBytes
{
    /// <summary>Most bytes that are taken at once.</summary>
    public const int Most = 64;

    private const int AtOnce = 16 * Most;

    [ThreadStatic]
    private static Stock? _stock;

    /// <summary>Fills <paramref name="bytes"/>, at most <see cref="Most"/>. No byte is given out twice, and none is kept once it is given out.</summary>
    public static void Take(Span<byte> bytes) => (_stock ??= new()).Take(bytes);

    private sealed class Stock
    {
        private readonly byte[] _bytes = new byte[AtOnce];
        private int _taken = AtOnce;

        public void Take(Span<byte> bytes)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, Most);
            if (_taken + bytes.Length > _bytes.Length)
            {
                RandomNumberGenerator.Fill(_bytes);
                _taken = 0;
            }

            var next = _bytes.AsSpan(_taken, bytes.Length);
            _taken += bytes.Length;
            next.CopyTo(bytes);
            next.Clear();
        }
    }
}
