using StackExchange.Redis;

namespace TrackHub.Matching.Windows;

/// <summary>A kept record and how long it is kept.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Value">Its bytes.</param>
/// <param name="Life">Time left until its window is over.</param>
internal readonly record struct WindowRecord(RedisKey Key, byte[] Value, TimeSpan Life);

/// <summary>
/// Writes and reads windows, a whole batch in one round trip. Writes are idempotent: the same batch written twice, or by two processes, leaves the
/// same windows. Every command stays within one slot, so that a cluster's client can route it.
/// </summary>
/// <remarks>
/// Members are written by a script, all of one hash tag in one call: it takes a fifth of the time of three plain commands a window, which the client
/// pays for, and no window is ever without its life or larger than its bound.
/// </remarks>
internal sealed class WindowStore(RedisConnection redis, MatchingMetrics metrics, TimeProvider clock) : IWindowReader
{
    /// <summary>Most members of one window of events or links. A café's address must not grow without limit.</summary>
    public const int MaxMembers = 32;

    /// <summary>Most identities one session holds; a browser that many people use identifies nobody beyond them.</summary>
    public const int MaxIdentities = 8;

    /// <summary>Keys live this much longer than their window, so that a batch read again after a restart still finds what it found.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    private static readonly string Script = LuaScript("WindowWrite.lua");
    private static readonly long GraceMs = (long)Grace.TotalMilliseconds;

    /// <summary>Writes members and records; complete when Redis has taken all of them.</summary>
    /// <param name="entries">Members, each with the life of its window counted from now.</param>
    /// <param name="records">Records.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task WriteAsync(
        IReadOnlyList<(WindowEntry Entry, TimeSpan Life)> entries, IReadOnlyList<WindowRecord> records, CancellationToken cancellationToken)
    {
        if (entries.Count == 0 && records.Count == 0)
            return;
        var slots = entries.GroupBy(static e => e.Entry.Slot).Select(ArgumentsOf).ToList();
        var cuts = await redis.RunAsync(
            async db =>
            {
                // Records first: a member that can be seen leads to a record that can be read.
                var kept = records.Select(record => db.StringSetAsync(record.Key, record.Value, record.Life + Grace)).ToList();
                var cuts = await Task.WhenAll(slots.ConvertAll(slot => db.ScriptEvaluateAsync(Script, slot.Keys, slot.Arguments)));
                await Task.WhenAll(kept);
                return cuts;
            },
            cancellationToken);
        metrics.Cut(cuts.Select(static cut => (long[])cut!));
    }

    /// <inheritdoc/>
    /// <remarks>Members of an unknown form are passed over.</remarks>
    public async Task<IReadOnlyList<IReadOnlyList<WindowMember>>> ReadAsync(IReadOnlyList<RedisKey> windows, CancellationToken cancellationToken)
    {
        if (windows.Count == 0)
            return [];
        var found = await redis.RunAsync(
            db => Task.WhenAll(windows.Select(key => db.SortedSetRangeByRankWithScoresAsync(key))), cancellationToken);
        return [.. found.Select(Decode)];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<bool>> AreHeldAsync(IReadOnlyList<(RedisKey Session, byte[] Identity)> asked, CancellationToken cancellationToken)
    {
        if (asked.Count == 0)
            return [];
        var ranks = await redis.RunAsync(db => Task.WhenAll(asked.Select(a => db.SortedSetRankAsync(a.Session, a.Identity))), cancellationToken);
        return [.. ranks.Select(static rank => rank < MaxIdentities)];
    }

    /// <summary>The records of these keys in their order; null where there is none.</summary>
    public async Task<IReadOnlyList<byte[]?>> ReadRecordsAsync(IReadOnlyList<RedisKey> records, CancellationToken cancellationToken)
    {
        if (records.Count == 0)
            return [];
        var found = await redis.RunAsync(db => Task.WhenAll(records.Select(key => db.StringGetAsync(key))), cancellationToken);
        return [.. found.Select(static value => (byte[]?)value)];
    }

    private (RedisKey[] Keys, RedisValue[] Arguments) ArgumentsOf(IEnumerable<(WindowEntry Entry, TimeSpan Life)> slot)
    {
        var keys = new List<RedisKey>();
        var arguments = new List<RedisValue> { MaxMembers, MaxIdentities, clock.GetUtcNow().ToUnixTimeMilliseconds(), GraceMs };
        foreach (var window in slot.GroupBy(static e => (e.Entry.Key, e.Entry.Kind)))
        {
            keys.Add(window.Key.Key);
            arguments.AddRange([(int)window.Key.Kind, (long)window.Max(static e => e.Life).TotalMilliseconds, window.Count()]);
            foreach (var (entry, _) in window)
                arguments.AddRange([entry.Score, entry.Member]);
        }

        return ([.. keys], [.. arguments]);
    }

    private static IReadOnlyList<WindowMember> Decode(SortedSetEntry[] values)
    {
        var members = new List<WindowMember>(values.Length);
        foreach (var value in values)
        {
            if (WindowMember.TryDecode((byte[])value.Element!, value.Score, out var member))
                members.Add(member);
        }

        return members;
    }

    /// <summary>The text of a script that is embedded in this assembly.</summary>
    internal static string LuaScript(string name)
    {
        using var stream = typeof(WindowStore).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
