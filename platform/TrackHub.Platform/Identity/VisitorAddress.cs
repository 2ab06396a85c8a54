using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace TrackHub.Platform.Identity;

/// <summary>A public address that was read once: its canonical text, and the network it is in. Default is none.</summary>
internal readonly struct VisitorAddress(IPAddress address)
{
    /// <summary>Characters that hold any address or network.</summary>
    public const int MaxText = 64;

    private const int GroupBytes = 2;

    private readonly IPAddress? _address = address;

    /// <summary>Whether there is an address.</summary>
    public bool HasValue => _address is not null;

    /// <summary>Writes dotted quad, or RFC 5952 text; returns its length, 0 of no address.</summary>
    /// <param name="destination">At least <see cref="MaxText"/> characters.</param>
    public int WriteText(Span<char> destination) => _address is not null && _address.TryFormat(destination, out var written) ? written : 0;

    /// <summary>Writes the network: IPv4 /24, IPv6 /48, as <c>203.0.113.0/24</c>; returns its length, 0 of no address.</summary>
    /// <param name="destination">At least <see cref="MaxText"/> characters.</param>
    public int WritePrefix(Span<char> destination)
    {
        if (_address is null)
            return 0;

        Span<byte> bytes = stackalloc byte[16];
        _address.TryWriteBytes(bytes, out _);
        if (_address.AddressFamily == AddressFamily.InterNetwork)
        {
            destination.TryWrite(CultureInfo.InvariantCulture, $"{bytes[0]}.{bytes[1]}.{bytes[2]}.0/24", out var length);
            return length;
        }

        // RFC 5952: the zeros behind the three groups that are kept are the longest run, with those of the three that it begins with.
        var groups = 3;
        while (groups > 0 && bytes.Slice((groups - 1) * GroupBytes, GroupBytes) is [0, 0])
            groups--;
        var written = 0;
        for (var i = 0; i < groups; i++)
        {
            destination[written..].TryWrite(CultureInfo.InvariantCulture, $"{(bytes[i * GroupBytes] << 8) | bytes[(i * GroupBytes) + 1]:x}:", out var group);
            written += group;
        }

        ReadOnlySpan<char> rest = groups is 0 ? "::/48" : ":/48";
        rest.CopyTo(destination[written..]);
        return written + rest.Length;
    }
}
