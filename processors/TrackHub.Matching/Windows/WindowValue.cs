using System.Buffers.Binary;

namespace TrackHub.Matching.Windows;

/// <summary>
/// A window as its field holds it. Big-endian: until when it is kept, Unix seconds, 4 bytes; then for each member its score, 6 bytes, and the member, whose
/// first byte tells its length. <c>WindowWrite.lua</c> reads and writes the same. A record has no members: its bytes follow the time.
/// </summary>
internal static class WindowValue
{
    /// <summary>Bytes before the first member or the record.</summary>
    public const int HeadBytes = 4;

    private const int ScoreBytes = 6;

    /// <summary>A window of these members, which are of <see cref="WindowMember"/> or <see cref="WindowKeys.Held"/>.</summary>
    public static byte[] Of(DateTimeOffset until, IReadOnlyList<(long Score, byte[] Member)> members)
    {
        var length = HeadBytes;
        foreach (var (_, member) in members)
            length += ScoreBytes + member.Length;
        var value = new byte[length];
        WriteUntil(value, until);
        var at = HeadBytes;
        foreach (var (score, member) in members)
        {
            BinaryPrimitives.WriteUInt16BigEndian(value.AsSpan(at), (ushort)(Math.Max(0, score) >> 32));
            BinaryPrimitives.WriteUInt32BigEndian(value.AsSpan(at + 2), (uint)Math.Max(0, score));
            member.CopyTo(value, at + ScoreBytes);
            at += ScoreBytes + member.Length;
        }

        return value;
    }

    /// <summary>A record's field.</summary>
    public static byte[] Of(DateTimeOffset until, ReadOnlySpan<byte> record)
    {
        var value = new byte[HeadBytes + record.Length];
        WriteUntil(value, until);
        record.CopyTo(value.AsSpan(HeadBytes));
        return value;
    }

    /// <summary>The record in its field.</summary>
    public static byte[]? RecordOf(byte[]? value) => value is { Length: > HeadBytes } ? value[HeadBytes..] : null;

    /// <summary>
    /// The members of a window by score, those of one score by their bytes. What follows a member of an unknown kind, and a member cut short, is
    /// passed over.
    /// </summary>
    public static List<(long Score, byte[] Member)> MembersOf(byte[]? value)
    {
        var members = new List<(long, byte[])>();
        var rest = value is { Length: > HeadBytes } ? value.AsSpan(HeadBytes) : [];
        while (rest.Length > ScoreBytes && WindowMember.LengthOf(rest[ScoreBytes]) is { } length && rest.Length >= ScoreBytes + length)
        {
            var score = ((long)BinaryPrimitives.ReadUInt16BigEndian(rest) << 32) | BinaryPrimitives.ReadUInt32BigEndian(rest[2..]);
            members.Add((score, rest.Slice(ScoreBytes, length).ToArray()));
            rest = rest[(ScoreBytes + length)..];
        }

        if (members.Count > 1)
            members.Sort(static (left, right) => left.Item1 == right.Item1 ? left.Item2.AsSpan().SequenceCompareTo(right.Item2) : left.Item1.CompareTo(right.Item1));
        return members;
    }

    private static void WriteUntil(Span<byte> value, DateTimeOffset until) =>
        BinaryPrimitives.WriteUInt32BigEndian(value, (uint)Math.Clamp(until.ToUnixTimeSeconds() + 1, 0, uint.MaxValue));
}
