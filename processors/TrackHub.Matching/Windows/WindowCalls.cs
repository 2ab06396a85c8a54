using System.Runtime.InteropServices;
using StackExchange.Redis;

namespace TrackHub.Matching.Windows;

/// <summary>One call of <c>WindowWrite.lua</c>: some hashes, of one slot where Redis is a cluster.</summary>
internal readonly record struct WindowCall(RedisKey[] Keys, RedisValue[] Arguments);

/// <summary>Gathers what a batch writes by slot, members of one window together, and makes the calls of <c>WindowWrite.lua</c> from it.</summary>
/// <remarks>One small list a slot: what holds all of a batch is a large object, and each of those a full collection's reason.</remarks>
internal sealed class WindowCalls(DateTimeOffset now)
{
    // While a call is at work Redis answers nobody else: some milliseconds. And of Lua it takes some 8,000 arguments.
    internal const int MaxFields = 250;

    private const int UsualLetters = 8;
    private static readonly Comparison<Told> ByWindow = static (left, right) => Compare(left, right);

    private readonly Dictionary<(string Brand, byte Tag), List<Told>> _slots = [];

    /// <summary>Members that a batch alone brings too many of, so that they are not even told.</summary>
    public long Cut { get; private set; }

    /// <summary>Whether nothing was added.</summary>
    public bool IsEmpty => _slots.Count == 0;

    /// <summary>Adds a member.</summary>
    /// <param name="entry">The member.</param>
    /// <param name="life">Length of its brand's window.</param>
    public void Add(WindowEntry entry, TimeSpan life) => Put(new(entry.Key, entry.Score, entry.Member, entry.KeptFrom + life + WindowStore.Grace, life));

    /// <summary>Adds a record.</summary>
    public void Add(WindowRecord record) => Put(new(record.Key, Score: 0, record.Value, record.HappenedAt + record.Life + WindowStore.Grace, record.Life));

    /// <summary>The calls. To be asked once.</summary>
    /// <param name="slotBySlot">
    /// Whether a call keeps to one slot, as a cluster wants it. An event's windows lie in as many slots as it has keys, so that of a small batch nearly each would be a
    /// call by itself, of which Redis and its client spend more time than on what it writes.
    /// </param>
    public IEnumerable<WindowCall> Make(bool slotBySlot)
    {
        var call = NewCall();
        foreach (var told in _slots.Values)
        {
            told.Sort(ByWindow);
            for (var next = 0; next < told.Count;)
            {
                AddHash(call, told, ref next);
                if (call.Fields >= MaxFields || (slotBySlot && next == told.Count))
                {
                    yield return call.Done();
                    call = NewCall();
                }
            }
        }

        if (call.Fields > 0)
            yield return call.Done();
    }

    private CallSoFar NewCall() => new(WindowStore.MaxMembers, WindowStore.MaxIdentities, now.ToUnixTimeSeconds());

    private void Put(Told told)
    {
        ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(_slots, (told.Key.BrandId, told.Key.Tag), out _);
        (slot ??= new(UsualLetters)).Add(told);
    }

    /// <summary>Adds the fields of the next hash, as many as the call may still hold.</summary>
    private void AddHash(CallSoFar call, List<Told> told, ref int next)
    {
        var (letter, head, life, first) = (told[next].Key.Letter, call.Arguments.Count, TimeSpan.Zero, call.Fields);
        call.Keys.Add(told[next].Key.ToBucket());
        call.Arguments.Add(default);
        call.Arguments.Add(default);
        for (; next < told.Count && told[next].Key.Letter == letter && call.Fields < MaxFields; call.Fields++)
        {
            var end = next + 1;
            while (end < told.Count && told[end].Key == told[next].Key)
                end++;
            var window = CollectionsMarshal.AsSpan(told)[next..end];
            call.Arguments.Add(window[0].Key.ToField());
            call.Arguments.Add(ValueOf(window, ref life));
            next = end;
        }

        call.Arguments[head] = (long)Math.Ceiling((life + WindowStore.Grace).TotalSeconds);
        call.Arguments[head + 1] = call.Fields - first;
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

    private sealed class CallSoFar(params RedisValue[] head)
    {
        public List<RedisKey> Keys { get; } = [];

        public List<RedisValue> Arguments { get; } = [.. head];

        public int Fields { get; set; }

        public WindowCall Done() => new([.. Keys], [.. Arguments]);
    }

    private readonly record struct Told(WindowKey Key, long Score, byte[] Bytes, DateTimeOffset Until, TimeSpan Life);
}
