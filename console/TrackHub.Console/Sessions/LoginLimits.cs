using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using TrackHub.ConsoleApi.Limiting;

namespace TrackHub.ConsoleApi.Sessions;

/// <summary>How often somebody may try: to sign in as one login, and from one address at all. In this process; thread-safe.</summary>
/// <remarks>
/// A login that is not there has a bucket like one that is, so that nothing can be told by it. Addresses come first: who tries many logins from one
/// fills no memory with their buckets.
/// </remarks>
internal sealed class LoginLimits : IDisposable
{
    private readonly PartitionedRateLimiter<string> _logins;
    private readonly PartitionedRateLimiter<ulong> _addresses;

    /// <summary>Makes it by the options.</summary>
    public LoginLimits(IOptions<SessionOptions> options)
    {
        var (logins, addresses) = (options.Value.LoginsPerMinute, options.Value.FailuresPerAddress);
        _logins = PartitionedRateLimiter.Create<string, string>(login => MinuteBucket.Of(login, logins), StringComparer.Ordinal);
        _addresses = PartitionedRateLimiter.Create<ulong, ulong>(address => MinuteBucket.Of(address, addresses));
    }

    /// <summary>Takes an attempt to sign in, right or wrong.</summary>
    /// <returns>Zero if there was one; else how long until there is.</returns>
    public TimeSpan TakeLogin(IPAddress? address, string login) =>
        MinuteBucket.Take(_addresses, KeyOf(address)) is var wait && wait > TimeSpan.Zero ? wait : MinuteBucket.Take(_logins, login);

    /// <summary>Counts a session or key that is none. A right one is never refused for it: its people may share an address with whoever guesses.</summary>
    /// <returns>Zero while its address has not sent many; else how long until it may again.</returns>
    public TimeSpan TakeFailure(IPAddress? address) => MinuteBucket.Take(_addresses, KeyOf(address));

    /// <inheritdoc/>
    public void Dispose()
    {
        _logins.Dispose();
        _addresses.Dispose();
    }

    private static ulong KeyOf(IPAddress? address)
    {
        if (address is null)
            return 0;
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily is AddressFamily.InterNetwork ? BinaryPrimitives.ReadUInt32BigEndian(bytes)
            : address.IsIPv4MappedToIPv6 ? BinaryPrimitives.ReadUInt32BigEndian(bytes[12..])
            : BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }
}
