using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace TrackHub.Platform.Identity;

/// <summary>Visitors' addresses as they may be sent and matched on.</summary>
public static class IpAddresses
{
    // What no visitor of a public site has. The documentation ranges (RFC 5737, RFC 3849) are left in: examples and tests live there.
    private static readonly IPNetwork[] NotPublic =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
            "::/96", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "100::/64",
        }.Select(static range => IPNetwork.Parse(range)),
    ];

    /// <summary>The canonical text of a public address: port and brackets stripped, IPv4-mapped unwrapped.</summary>
    /// <param name="text">As a header or body gives it.</param>
    /// <param name="ip">Dotted quad, or RFC 5952 text.</param>
    /// <returns>False for private, loopback, link-local, shared, reserved and tunnelled private addresses and for anything else.</returns>
    public static bool TryNormalize(string? text, [NotNullWhen(true)] out string? ip)
    {
        ip = TryRead(text, out var address) ? WrittenBy(address.WriteText) : null;
        return ip is not null;
    }

    /// <summary>Reads a public address as <see cref="TryNormalize"/> does, for who needs its network as well.</summary>
    internal static bool TryRead(ReadOnlySpan<char> text, out VisitorAddress ip)
    {
        ip = default;
        return TryParse(Text.Trim(text), out var address) && TryRead(address, out ip);
    }

    /// <summary>Takes a connection's address as if it had been written out: one with a zone is none.</summary>
    internal static bool TryRead(IPAddress address, out VisitorAddress ip)
    {
        ip = default;
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && address.ScopeId != 0)
            return false;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (!IsPublic(address))
            return false;

        ip = new(address);
        return true;
    }

    /// <summary>The network of a normalised address: IPv4 /24, IPv6 /48, as <c>203.0.113.0/24</c>.</summary>
    /// <exception cref="FormatException">Not an address.</exception>
    public static string Prefix(string ip) => WrittenBy(new VisitorAddress(IPAddress.Parse(ip)).WritePrefix);

    private static string WrittenBy(Func<Span<char>, int> write)
    {
        Span<char> text = stackalloc char[VisitorAddress.MaxText];
        return text[..write(text)].ToString();
    }

    private static bool IsPublic(IPAddress address)
    {
        foreach (var range in NotPublic)
        {
            if (range.Contains(address))
                return false;
        }

        return Embedded(address) is not { } inner || IsPublic(inner);
    }

    /// <summary>The IPv4 address inside a NAT64, 6to4 or Teredo address: the tunnel is as public as what it leads to.</summary>
    private static IPAddress? Embedded(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return null;

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        if (bytes.StartsWith<byte>([0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]))
            return new(bytes[12..]);
        if (bytes.StartsWith<byte>([0x20, 0x02]))
            return new(bytes[2..6]);
        if (!bytes.StartsWith<byte>([0x20, 0x01, 0, 0]))
            return null;

        foreach (ref var b in bytes[12..])
            b = (byte)~b;
        return new(bytes[12..]);
    }

    private static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        if (text.IsEmpty || text.Contains('%'))
            return false;

        if (text[0] == '[')
        {
            var end = text.IndexOf(']');
            return end > 0 && IsPort(text[(end + 1)..]) && IPAddress.TryParse(text[1..end], out address)
                && address.AddressFamily == AddressFamily.InterNetworkV6;
        }

        if (text.Count(':') == 1)
        {
            var colon = text.IndexOf(':');
            if (!IsPort(text[colon..]))
                return false;
            text = text[..colon];
        }

        // Anything but four plain decimal numbers (octal, hex, fewer parts) is somebody's trick.
        Span<char> canonical = stackalloc char[VisitorAddress.MaxText];
        return IPAddress.TryParse(text, out address)
            && (address.AddressFamily == AddressFamily.InterNetworkV6
                || (address.TryFormat(canonical, out var length) && text.SequenceEqual(canonical[..length])));
    }

    private static bool IsPort(ReadOnlySpan<char> text) =>
        text.IsEmpty || (text[0] == ':' && ushort.TryParse(text[1..], System.Globalization.NumberStyles.None, provider: null, out _));
}
