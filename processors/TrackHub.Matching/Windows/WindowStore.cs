using System.Runtime.InteropServices;
using StackExchange.Redis;

namespace TrackHub.Matching.Windows;

/// <summary>A record and how long it is kept.</summary>
/// <param name="Key">Where it lies.</param>
/// <param name="Value">Its bytes.</param>
/// <param name="HappenedAt">When its event happened, from which its window counts.</param>
/// <param name="Life">Length of the brand's window.</param>
internal readonly record struct WindowRecord(WindowKey Key, byte[] Value, DateTimeOffset HappenedAt, TimeSpan Life);

/// <summary>
/// Writes and reads windows, a whole batch in one round trip. Writes are idempotent: the same batch written twice, or by two processes, leaves the
/// same windows. Every command stays within one slot, so that a cluster's client can route it.
/// </summary>
/// <remarks>
/// Written by a script, all of one hash tag in one call: it takes a fraction of the time of plain commands, which the client
/// pays for, and no window is ever without its end or larger than its bound.
/// </remarks>
internal sealed class WindowStore(RedisConnection redis, MatchingMetrics metrics, TimeProvider clock) : IWindowReader
{
    /// <summary>Most members of one window of events or links. A café's address must not grow without limit.</summary>
    public const int MaxMembers = 32;

    /// <summary>Most identities one session holds; a browser that many people use identifies nobody beyond them.</summary>
    public const int MaxIdentities = 8;

    /// <summary>What is kept stays this much longer than its window, so that a batch read again after a restart still finds what it found.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    // A call of Lua takes some 8,000 arguments, and Redis does nothing else meanwhile.
    private const int MaxFields = 1_000;

    private static readonly string Script = LuaScript("WindowWrite.lua");
    private static readonly Comparer<byte[]> Bytewise = Comparer<byte[]>.Create(static (left, right) => left.AsSpan().SequenceCompareTo(right));

    /// <summary>Writes members and records; complete when Redis has taken all of them.</summary>
    /// <param name="entries">Members, each with the length of its brand's window.</param>
    /// <param name="records">Records.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task WriteAsync(
        IReadOnlyList<(WindowEntry Entry, TimeSpan Life)> entries, IReadOnlyList<WindowRecord> records, CancellationToken cancellationToken)
    {
        if (entries.Count == 0 && records.Count == 0)
            return;
        var (recordCalls, memberCalls) = (CallsOf(Fields(records)), CallsOf(Fields(entries)));
        var cuts = await redis.RunAsync(
            async db =>
            {
                // Records first: a member that can be seen leads to a record that can be read.
                var kept = recordCalls.ConvertAll(call => db.ScriptEvaluateAsync(Script, call.Keys, call.Arguments));
                var cuts = await Task.WhenAll(memberCalls.ConvertAll(call => db.ScriptEvaluateAsync(Script, call.Keys, call.Arguments)));
                await Task.WhenAll(kept);
                return cuts;
            },
            cancellationToken);
        metrics.Cut(cuts.Select(static cut => (long[])cut!));
    }

    /// <inheritdoc/>
    /// <remarks>Members of an unknown form are passed over.</remarks>
    public async Task<IReadOnlyList<IReadOnlyList<WindowMember>>> ReadAsync(IReadOnlyList<WindowKey> windows, CancellationToken cancellationToken)
    {
        var found = await FieldsAsync(windows, cancellationToken);
        return [.. found.Select(static value => Decode(WindowValue.MembersOf(value)))];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<bool>> AreHeldAsync(IReadOnlyList<(WindowKey Session, byte[] Identity)> asked, CancellationToken cancellationToken)
    {
        var found = await FieldsAsync([.. asked.Select(static a => a.Session)], cancellationToken);
        return [.. asked.Select((a, i) => WindowValue.MembersOf(found[i]).Exists(held => held.Member.AsSpan().SequenceEqual(a.Identity)))];
    }

    /// <summary>The records of these keys in their order; null where there is none.</summary>
    public async Task<IReadOnlyList<byte[]?>> ReadRecordsAsync(IReadOnlyList<WindowKey> records, CancellationToken cancellationToken) =>
        [.. (await FieldsAsync(records, cancellationToken)).Select(WindowValue.RecordOf)];

    private async Task<byte[]?[]> FieldsAsync(IReadOnlyList<WindowKey> keys, CancellationToken cancellationToken)
    {
        if (keys.Count == 0)
            return [];
        var found = await redis.RunAsync(db => Task.WhenAll(keys.Select(key => db.HashGetAsync(key.ToBucket(), key.ToField()))), cancellationToken);
        return Array.ConvertAll(found, static value => (byte[]?)value);
    }

    private static IEnumerable<Field> Fields(IReadOnlyList<WindowRecord> records) =>
        records.Select(static record => new Field(record.Key, WindowValue.Of(record.HappenedAt + record.Life + Grace, record.Value), record.Life));

    private IEnumerable<Field> Fields(IReadOnlyList<(WindowEntry Entry, TimeSpan Life)> entries)
    {
        var windows = new Dictionary<WindowKey, List<(WindowEntry Entry, TimeSpan Life)>>(entries.Count);
        foreach (var entry in entries)
        {
            ref var window = ref CollectionsMarshal.GetValueRefOrAddDefault(windows, entry.Entry.Key, out _);
            (window ??= new(1)).Add(entry);
        }

        foreach (var (key, window) in windows)
        {
            var life = window.Max(static w => w.Life);
            var members = window.Count == 1 ? [(window[0].Entry.Score, window[0].Entry.Member)] : Bounded(Once(window), life);
            yield return new(key, WindowValue.Of(window.Max(static w => w.Entry.KeptFrom + w.Life) + Grace, members), life);
        }
    }

    // A batch may bring one address thousands of members, and while the script looks through them nobody else is answered.
    private IReadOnlyList<(long Score, byte[] Member)> Bounded(List<(long Score, byte[] Member)> members, TimeSpan life)
    {
        // Not of links: one that is known may be older than it is told here, and make room for another.
        if (!WindowMember.IsEvent(members[0].Member))
            return members;
        var bounded = WindowBound.Of(members, (clock.GetUtcNow() - life - Grace).ToUnixTimeMilliseconds());
        metrics.Cut(WindowKind.Events, members.Count - bounded.Count);
        return bounded;
    }

    // The script merges what it is given with what is there, and takes what it is given to be sound: each member once, at its lowest score.
    private static List<(long Score, byte[] Member)> Once(List<(WindowEntry Entry, TimeSpan Life)> window)
    {
        var members = new List<(long Score, byte[] Member)>(window.Count);
        foreach (var (entry, _) in window.OrderBy(static w => w.Entry.Score).ThenBy(static w => w.Entry.Member, Bytewise))
        {
            // Links and identities may be told again later; an event says its time, so its copies lie side by side.
            var again = entry.Kind == WindowKind.Events ? members.Count > 0 && AreOne(members[^1].Member, entry.Member) : members.Exists(m => AreOne(m.Member, entry.Member));
            if (!again)
                members.Add((entry.Score, entry.Member));
        }

        return members;

        static bool AreOne(byte[] left, byte[] right) => left.AsSpan().SequenceEqual(right);
    }

    private List<Call> CallsOf(IEnumerable<Field> fields)
    {
        var slots = new Dictionary<(string Brand, byte Tag), List<Field>>();
        foreach (var field in fields)
        {
            ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(slots, (field.Key.BrandId, field.Key.Tag), out _);
            (slot ??= []).Add(field);
        }

        var calls = new List<Call>(slots.Count);
        foreach (var slot in slots.Values)
        {
            slot.Sort(static (left, right) => left.Key.Letter.CompareTo(right.Key.Letter));
            for (var from = 0; from < slot.Count; from += MaxFields)
                calls.Add(CallOf(slot.GetRange(from, Math.Min(MaxFields, slot.Count - from))));
        }

        return calls;
    }

    private Call CallOf(List<Field> fields)
    {
        var keys = new List<RedisKey>();
        var arguments = new List<RedisValue>(3 + (fields.Count * 3)) { MaxMembers, MaxIdentities, clock.GetUtcNow().ToUnixTimeSeconds() };
        for (var i = 0; i < fields.Count;)
        {
            var bucket = fields.FindIndex(i, f => f.Key.Letter != fields[i].Key.Letter) is >= 0 and var end ? fields.GetRange(i, end - i) : fields.GetRange(i, fields.Count - i);
            keys.Add(bucket[0].Key.ToBucket());
            arguments.Add((long)Math.Ceiling((bucket.Max(static f => f.Life) + Grace).TotalSeconds));
            arguments.Add(bucket.Count);
            foreach (var field in bucket)
            {
                arguments.Add(field.Key.ToField());
                arguments.Add(field.Value);
            }

            i += bucket.Count;
        }

        return new([.. keys], [.. arguments]);
    }

    private static List<WindowMember> Decode(List<(long Score, byte[] Bytes)> members)
    {
        var decoded = new List<WindowMember>(members.Count);
        foreach (var (score, bytes) in members)
        {
            if (WindowMember.TryDecode(bytes, score, out var member))
                decoded.Add(member);
        }

        return decoded;
    }

    /// <summary>The text of a script that is embedded in this assembly.</summary>
    internal static string LuaScript(string name)
    {
        using var stream = typeof(WindowStore).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private readonly record struct Field(WindowKey Key, byte[] Value, TimeSpan Life);

    private readonly record struct Call(RedisKey[] Keys, RedisValue[] Arguments);
}
