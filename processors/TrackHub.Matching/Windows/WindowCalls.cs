using System.Runtime.InteropServices;
using StackExchange.Redis;

namespace TrackHub.Matching.Windows;

/// <summary>One call of <c>WindowWrite.lua</c>: the hashes of one slot.</summary>
internal readonly record struct WindowCall(RedisKey[] Keys, RedisValue[] Arguments);

/// <summary>Gathers what a batch writes by slot, members of one window together, and makes the calls of <c>WindowWrite.lua</c> from it.</summary>
/// <remarks>One small list a slot: what holds all of a batch is a large object, and each of those a full collection's reason.</remarks>
internal sealed class WindowCalls(DateTimeOffset now)
{
    // A call of Lua takes some 8,000 arguments, and Redis does nothing else meanwhile.
    private const int MaxFields = 1_000;

    private const int UsualLetters = 8;
    private static readonly Comparison<Told> ByWindow = static (left, right) => Compare(left, right);

    private readonly Dictionary<(string Brand, byte Tag), List<Told>> _slots = [];

    /// <summary>Members that a batch alone brings too many of, so that they are not even told.</summary>
    public long Cut { get; private set; }

    /// <summary>Adds a member.</summary>
    /// <param name="entry">The member.</param>
    /// <param name="life">Length of its brand's window.</param>
    public void Add(WindowEntry entry, TimeSpan life) => Put(new(entry.Key, entry.Score, entry.Member, entry.KeptFrom + life + WindowStore.Grace, life));

    /// <summary>Adds a record.</summary>
    public void Add(WindowRecord record) => Put(new(record.Key, Score: 0, record.Value, record.HappenedAt + record.Life + WindowStore.Grace, record.Life));

    /// <summary>The calls. To be asked once.</summary>
    public IEnumerable<WindowCall> Make()
    {
        foreach (var told in _slots.Values)
        {
            told.Sort(ByWindow);
            for (var next = 0; next < told.Count;)
                yield return CallOf(told, ref next);
        }
    }

    private void Put(Told told)
    {
        ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(_slots, (told.Key.BrandId, told.Key.Tag), out _);
        (slot ??= new(UsualLetters)).Add(told);
    }

    private WindowCall CallOf(List<Told> told, ref int next)
    {
        var keys = new List<RedisKey>(UsualLetters);
        var arguments = new List<RedisValue>(3 + (2 * UsualLetters) + (2 * (told.Count - next))) { WindowStore.MaxMembers, WindowStore.MaxIdentities, now.ToUnixTimeSeconds() };
        for (var fields = 0; next < told.Count && fields < MaxFields;)
        {
            var (letter, head, life, first) = (told[next].Key.Letter, arguments.Count, TimeSpan.Zero, fields);
            keys.Add(told[next].Key.ToBucket());
            arguments.Add(default);
            arguments.Add(default);
            for (; next < told.Count && told[next].Key.Letter == letter && fields < MaxFields; fields++)
            {
                var end = next + 1;
                while (end < told.Count && told[end].Key == told[next].Key)
                    end++;
                var window = CollectionsMarshal.AsSpan(told)[next..end];
                arguments.Add(window[0].Key.ToField());
                arguments.Add(ValueOf(window, ref life));
                next = end;
            }

            arguments[head] = (long)Math.Ceiling((life + WindowStore.Grace).TotalSeconds);
            arguments[head + 1] = fields - first;
        }

        return new([.. keys], [.. arguments]);
    }

    /// <summary>The value of one field from all that was told of it, by score and bytes.</summary>
    private byte[] ValueOf(ReadOnlySpan<Told> window, ref TimeSpan longest)
    {
        var (until, life) = (window[0].Until, window[0].Life);
        foreach (ref readonly var told in window[1..])
            (until, life) = (told.Until > until ? told.Until : until, told.Life > life ? told.Life : life);
        longest = life > longest ? life : longest;
        if (window[0].Key.Letter == WindowKeys.RecordLetter)
            return WindowValue.Of(until, window[0].Bytes);
        return WindowValue.Of(until, window.Length == 1 ? [(window[0].Score, window[0].Bytes)] : Bounded(Once(window), life));
    }

    // The script merges what it is given with what is there, and takes what it is given to be sound: each member once, at its lowest score.
    private static List<(long Score, byte[] Member)> Once(ReadOnlySpan<Told> window)
    {
        var members = new List<(long Score, byte[] Member)>(window.Length);
        foreach (ref readonly var told in window)
        {
            // Links and identities may be told again later; an event says its time, so its copies lie side by side.
            var bytes = told.Bytes;
            var again = WindowMember.IsEvent(bytes) ? members.Count > 0 && AreOne(members[^1].Member, bytes) : members.Exists(m => AreOne(m.Member, bytes));
            if (!again)
                members.Add((told.Score, bytes));
        }

        return members;

        static bool AreOne(byte[] left, byte[] right) => left.AsSpan().SequenceEqual(right);
    }

    // A batch may bring one address thousands of members, and while the script looks through them nobody else is answered.
    private IReadOnlyList<(long Score, byte[] Member)> Bounded(List<(long Score, byte[] Member)> members, TimeSpan life)
    {
        // Not of links: one that is known may be older than it is told here, and make room for another.
        if (!WindowMember.IsEvent(members[0].Member))
            return members;
        var bounded = WindowBound.Of(members, (now - life - WindowStore.Grace).ToUnixTimeMilliseconds());
        Cut += members.Count - bounded.Count;
        return bounded;
    }

    private static int Compare(in Told left, in Told right)
    {
        if (left.Key.Letter != right.Key.Letter)
            return left.Key.Letter.CompareTo(right.Key.Letter);
        if (left.Key.High != right.Key.High)
            return left.Key.High.CompareTo(right.Key.High);
        if (left.Key.Low != right.Key.Low)
            return left.Key.Low.CompareTo(right.Key.Low);
        return left.Score != right.Score ? left.Score.CompareTo(right.Score) : left.Bytes.AsSpan().SequenceCompareTo(right.Bytes);
    }

    private readonly record struct Told(WindowKey Key, long Score, byte[] Bytes, DateTimeOffset Until, TimeSpan Life);
}
