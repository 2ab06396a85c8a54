using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;
using TrackHub.Matching.Deciding;

namespace TrackHub.Matching.Windows;

/// <summary>
/// Redis keys of the windows: <c>{brand:hh}</c>, one letter for what it is, the next 10 bytes of the index. The hash tag is the brand and the first
/// byte of the index in hex, so that a Redis Cluster spreads one big seller over its masters.
/// </summary>
/// <remarks>
/// 88 bits of an index tell a brand's values apart: among a hundred million two are alike once in 10^11 brands. A brand's id has 12 characters,
/// so a key has 28, the most that Redis keeps in 32 bytes.
/// </remarks>
internal static class WindowKeys
{
    /// <summary>Bytes of every index.</summary>
    public const int IndexBytes = 16;

    /// <summary>Bytes of an index that its key and the members that name it keep.</summary>
    public const int KeptBytes = 11;

    /// <summary>Version of keys, members and records. Windows of another version are not whole: they are rebuilt.</summary>
    private const int Format = 2;

    /// <summary>Applied positions of <c>track-events</c>: a hash, field partition, value <c>offset time</c>.</summary>
    public static readonly RedisKey Positions = "{th}:positions";

    /// <summary>Held by the instance that rebuilds the windows.</summary>
    public static readonly RedisKey RebuildLock = "{th}:rebuild";

    /// <summary>Epoch of a master; several are tried until each master has one in its slots.</summary>
    public static RedisKey Epoch(int probe) => $"{{th{probe}}}:epoch:{Format}";

    /// <summary>The window of one value of one signal: a sorted set of members by event time.</summary>
    public static RedisKey Window(string brandId, Signal signal, ReadOnlySpan<byte> index) => Make(brandId, Letter(signal), index);

    /// <summary>Which identities one session gave: a sorted set of <see cref="Held"/> by the time they were first received.</summary>
    public static RedisKey Identities(string brandId, ReadOnlySpan<byte> session) => Make(brandId, 'h', session);

    /// <summary>An identity as its session holds it.</summary>
    public static byte[] Held(Signal signal, ReadOnlySpan<byte> index) => [(byte)Letter(signal), .. index[..KeptBytes]];

    /// <summary>The record of one event. A UUIDv7 is random at its end, not at its beginning.</summary>
    public static RedisKey Record(string brandId, Guid ingestId)
    {
        Span<byte> bytes = stackalloc byte[16];
        ingestId.TryWriteBytes(bytes, bigEndian: true, out _);
        bytes.Reverse();
        return Make(brandId, 'r', bytes);
    }

    /// <summary>Index of a click or session id: the first 16 bytes of its SHA-256.</summary>
    public static byte[] IndexOf(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return hash[..IndexBytes].ToArray();
    }

    /// <summary>What stands in the braces of a key.</summary>
    public static string TagOf(RedisKey key)
    {
        ReadOnlySpan<byte> bytes = (byte[])key!;
        return Encoding.ASCII.GetString(bytes[1..bytes.IndexOf((byte)'}')]);
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
        Signal.ExternalId => 'x',
        _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, null),
    };

    private static RedisKey Make(string brandId, char letter, ReadOnlySpan<byte> index)
    {
        var prefix = $"{{{brandId}:{index[0]:x2}}}{letter}";
        var key = new byte[prefix.Length + KeptBytes - 1];
        Encoding.ASCII.GetBytes(prefix, key);
        index[1..KeptBytes].CopyTo(key.AsSpan(prefix.Length));
        return key;
    }
}
