using StackExchange.Redis;

namespace TrackHub.Matching.Windows;

/// <summary>A kept record and how long it is kept.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Value">Its bytes.</param>
/// <param name="Life">Time left until its window is over.</param>
internal readonly record struct WindowRecord(RedisKey Key, byte[] Value, TimeSpan Life);

/// <summary>
/// Writes and reads windows, a whole batch in one round trip, and one more to cut those that grew too large. Writes are idempotent: the same
/// batch written twice, or by two processes, leaves the same windows. Each command names one key, so that a cluster's client routes it by slot.
/// </summary>
internal sealed class WindowStore(RedisConnection redis, MatchingMetrics metrics, TimeProvider clock) : IWindowReader
{
    /// <summary>Most members of one window of events or links. A café's address must not grow without limit.</summary>
    public const int MaxMembers = 32;

    /// <summary>Most identities one session holds; a browser that many people use identifies nobody beyond them.</summary>
    public const int MaxIdentities = 8;

    /// <summary>Keys live this much longer than their window, so that a batch read again after a restart still finds what it found.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    private static readonly string Cut = LuaScript("WindowCut.lua");

    private readonly record struct Window(RedisKey Key, WindowKind Kind, TimeSpan Life);

    /// <summary>Writes members and records; complete when Redis has taken all of them.</summary>
    /// <param name="entries">Members, each with the life of its window counted from now.</param>
    /// <param name="records">Records.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task WriteAsync(
        IReadOnlyList<(WindowEntry Entry, TimeSpan Life)> entries, IReadOnlyList<WindowRecord> records, CancellationToken cancellationToken)
    {
        if (entries.Count == 0 && records.Count == 0)
            return;
        var large = await redis.RunAsync(db => WriteAsync(db, entries, records), cancellationToken);
        if (large.Count == 0)
            return;
        var cuts = await redis.RunAsync(db => Task.WhenAll(large.Select(window => CutAsync(db, window))), cancellationToken);
        for (var i = 0; i < large.Count; i++)
            metrics.Cut(large[i].Kind, cuts[i]);
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

    private static int MostOf(WindowKind kind) => kind == WindowKind.Identities ? MaxIdentities : MaxMembers;

    /// <summary>Writes everything; gives the windows that are too large now.</summary>
    private static async Task<List<Window>> WriteAsync(
        IDatabase db, IReadOnlyList<(WindowEntry Entry, TimeSpan Life)> entries, IReadOnlyList<WindowRecord> records)
    {
        // Records first: a member that can be seen leads to a record that can be read.
        var pending = new List<Task>((entries.Count * 2) + records.Count);
        foreach (var record in records)
            pending.Add(db.StringSetAsync(record.Key, record.Value, record.Life + Grace));

        var windows = new List<Window>(entries.Count);
        var sizes = new List<Task<long>>(entries.Count);
        foreach (var window in entries.GroupBy(static e => (e.Entry.Key, e.Entry.Kind)))
        {
            var (key, kind) = window.Key;
            if (kind == WindowKind.Events)
                pending.Add(db.SortedSetAddAsync(key, [.. window.Select(static e => new SortedSetEntry(e.Entry.Member, e.Entry.Score))]));
            else
                pending.AddRange(window.Select(e => AddEarliestAsync(db, e.Entry)));
            windows.Add(new(key, kind, window.Max(static e => e.Life)));
            pending.Add(db.KeyExpireAsync(key, windows[^1].Life + Grace));
            sizes.Add(db.SortedSetLengthAsync(key));
        }

        await Task.WhenAll(pending);
        var counted = await Task.WhenAll(sizes);
        return [.. windows.Where((window, i) => counted[i] > MostOf(window.Kind))];
    }

    /// <summary>Of links and identities the first time counts, in whichever order they are told. The client knows no LT of its own.</summary>
    private static Task AddEarliestAsync(IDatabase db, WindowEntry entry) => db.ExecuteAsync("ZADD", entry.Key, "LT", entry.Score, entry.Member);

    private async Task<long> CutAsync(IDatabase db, Window window) => window.Kind switch
    {
        WindowKind.Events => (long)await db.ScriptEvaluateAsync(
            Cut, [window.Key], [MaxMembers, (clock.GetUtcNow() - window.Life - Grace).ToUnixTimeMilliseconds()]),
        WindowKind.Links => await db.SortedSetRemoveRangeByRankAsync(window.Key, 0, -MaxMembers - 1),
        _ => await db.SortedSetRemoveRangeByRankAsync(window.Key, MaxIdentities, -1),
    };

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
