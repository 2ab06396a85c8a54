using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace TrackHub.Platform.Identity;

/// <summary>A public address that was read once: its canonical text, and the network it is in.</summary>
internal readonly struct VisitorAddress
{
    /// <summary>Characters that hold any network.</summary>
    public const int MaxPrefix = 64;

    private const int MaxText = 64;

    private readonly IPAddress? _address;

    private VisitorAddress(IPAddress address, string text) => (_address, Text) = (address, text);

    /// <summary>Dotted quad, or RFC 5952 text; null of no address.</summary>
    public string? Text { get; }

    /// <summary>An address, with the text it came in if that is canonical.</summary>
    public static VisitorAddress Of(IPAddress address, string? text)
    {
        Span<char> canonical = stackalloc char[MaxText];
        return address.TryFormat(canonical, out var length) && canonical[..length].SequenceEqual(text.AsSpan())
            ? new(address, text!)
            : new(address, address.ToString());
    }

    /// <summary>Writes the network: IPv4 /24, IPv6 /48, as <c>203.0.113.0/24</c>; returns its length.</summary>
    /// <exception cref="InvalidOperationException">There is no address.</exception>
    public int WritePrefix(Span<char> destination)
    {
        if (_address is null)
            throw new InvalidOperationException("There is no address.");

        Span<byte> bytes = stackalloc byte[16];
        _address.TryWriteBytes(bytes, out var length);
        var (kept, bits) = _address.AddressFamily == AddressFamily.InterNetwork ? (3, 24) : (6, 48);
        bytes[kept..length].Clear();
        destination.TryWrite(CultureInfo.InvariantCulture, $"{new IPAddress(bytes[..length])}/{bits}", out var written);
        return written;
    }
}
