using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;
using TrackHub.Matching.Deciding;

namespace TrackHub.Matching.Windows;

/// <summary>
/// Redis keys of the windows: <c>{brand:hh}</c>, one letter for what it is, 16 bytes of index. The hash tag is the brand and the first
/// byte of the index in hex, so that a Redis Cluster spreads one big seller over its masters.
/// </summary>
internal static class WindowKeys
{
    /// <summary>Bytes of every index.</summary>
    public const int IndexBytes = 16;

    /// <summary>Applied positions of <c>track-events</c>: a hash, field partition, value <c>offset time</c>.</summary>
    public static readonly RedisKey Positions = "{th}:positions";

    /// <summary>Held by the instance that rebuilds the windows.</summary>
    public static readonly RedisKey RebuildLock = "{th}:rebuild";

    /// <summary>Epoch of a master; several are tried until each master has one in its slots.</summary>
    public static RedisKey Epoch(int probe) => $"{{th{probe}}}:epoch";

    /// <summary>The window of one value of one signal: a sorted set of members by event time.</summary>
    public static RedisKey Window(string brandId, Signal signal, ReadOnlySpan<byte> index) => Make(brandId, Letter(signal), index, index[0]);

    /// <summary>The record of one event. The last byte of a UUIDv7 is random, its first is not.</summary>
    public static RedisKey Record(string brandId, Guid ingestId)
    {
        Span<byte> bytes = stackalloc byte[16];
        ingestId.TryWriteBytes(bytes, bigEndian: true, out _);
        return Make(brandId, 'r', bytes, bytes[15]);
    }

    /// <summary>Index of a click or session id: the first 16 bytes of its SHA-256.</summary>
    public static byte[] IndexOf(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return hash[..IndexBytes].ToArray();
    }

    private static char Letter(Signal signal) => signal switch
    {
        Signal.ClickId => 'c',
        Signal.Session => 's',
        Signal.Email => 'e',
        Signal.Phone => 'p',
        Signal.Fbclid => 'f',
        Signal.Ip => 'i',
        Signal.IpPrefix => 'n',
        _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, null),
    };

    private static RedisKey Make(string brandId, char letter, ReadOnlySpan<byte> index, byte tag)
    {
        var prefix = $"{{{brandId}:{tag:x2}}}{letter}";
        var key = new byte[prefix.Length + index.Length];
        Encoding.ASCII.GetBytes(prefix, key);
        index.CopyTo(key.AsSpan(prefix.Length));
        return key;
    }
}
