using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;
using TrackHub.Matching.Deciding;

namespace TrackHub.Matching.Windows;

/// <summary>
/// Where a window or a record lies: a field of a hash. The hash's key is <c>{brand:hh}</c>, the version of the layout and a letter for what it is; its hash tag
/// is the brand and the first byte of the index in hex, so that a Redis Cluster spreads one big seller over its masters. The field is the
/// next 10 bytes of the index.
/// </summary>
/// <param name="BrandId">The brand.</param>
/// <param name="Tag">First byte of the index.</param>
/// <param name="Letter">What it is.</param>
/// <param name="High">The next eight bytes of the index, big-endian.</param>
/// <param name="Low">The two bytes after them.</param>
/// <remarks>
/// A key of its own costs Redis some 130 bytes for each window, a field 60 or less: 256 hashes a brand and letter hold a thousand windows as well as ten millions.
/// 88 bits of an index tell a brand's values apart: among a hundred million two are alike once in 10^11 brands.
/// </remarks>
internal readonly record struct WindowKey(string BrandId, byte Tag, char Letter, ulong High, ushort Low)
{
    /// <summary>Bytes of a field.</summary>
    public const int FieldBytes = WindowKeys.KeptBytes - 1;

    /// <summary>Key of the hash.</summary>
    public RedisKey ToBucket() => $"{{{BrandId}:{Tag:x2}}}{WindowKeys.Format}{Letter}";

    /// <summary>Its field.</summary>
    public byte[] ToField()
    {
        var bytes = new byte[FieldBytes];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(8), Low);
        return bytes;
    }

    /// <summary>The key of an index.</summary>
    public static WindowKey Of(string brandId, char letter, ReadOnlySpan<byte> index) =>
        new(brandId, index[0], letter, BinaryPrimitives.ReadUInt64BigEndian(index[1..]), BinaryPrimitives.ReadUInt16BigEndian(index[9..]));
}

/// <summary>What keeps windows and records apart.</summary>
internal static class WindowKeys
{
    /// <summary>Bytes of every index.</summary>
    public const int IndexBytes = 16;

    /// <summary>Bytes of an index that its key and the members that name it keep.</summary>
    public const int KeptBytes = 11;

    /// <summary>
    /// Version of keys, members and records, part of every key. Windows of another version are not whole: they are rebuilt beside the old ones, whose
    /// keys live on until their time is over.
    /// </summary>
    public const int Format = 3;

    /// <summary>Letter of the records' hashes; known to <c>WindowWrite.lua</c>.</summary>
    public const char RecordLetter = 'r';

    /// <summary>Applied positions of <c>track-events</c>: a hash, field partition, value <c>offset time</c>.</summary>
    public static readonly RedisKey Positions = $"{{th}}:positions:{Format}";

    /// <summary>Held by the instance that rebuilds the windows.</summary>
    public static readonly RedisKey RebuildLock = $"{{th}}:rebuild:{Format}";

    /// <summary>Epoch of a master; several are tried until each master has one in its slots.</summary>
    public static RedisKey Epoch(int probe) => $"{{th{probe}}}:epoch:{Format}";

    /// <summary>The window of one value of one signal: its members by event time.</summary>
    public static WindowKey Window(string brandId, Signal signal, ReadOnlySpan<byte> index) => WindowKey.Of(brandId, Letter(signal), index);

    /// <summary>Which identities one session gave: <see cref="Held"/> by the time they were first received.</summary>
    public static WindowKey Identities(string brandId, ReadOnlySpan<byte> session) => WindowKey.Of(brandId, 'h', session);

    /// <summary>An identity as its session holds it.</summary>
    public static byte[] Held(Signal signal, ReadOnlySpan<byte> index) => [(byte)Letter(signal), .. index[..KeptBytes]];

    /// <summary>The record of one event. A UUIDv7 is random at its end, not at its beginning.</summary>
    public static WindowKey Record(string brandId, Guid ingestId)
    {
        Span<byte> bytes = stackalloc byte[16];
        ingestId.TryWriteBytes(bytes, bigEndian: true, out _);
        bytes.Reverse();
        return WindowKey.Of(brandId, RecordLetter, bytes);
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
        Signal.ExternalId => 'x',
        _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, null),
    };
}
