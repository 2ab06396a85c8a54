
namespace TrackHub.Matching.Windows;

/// <summary>A record and how long it is kept.</summary>
/// <param name="Key">Where it lies.</param>
/// <param name="Value">Its bytes.</param>
/// <param name="HappenedAt">When its event happened, from which its window counts.</param>
/// <param name="Life">Length of the brand's window.</param>
internal readonly record struct WindowRecord(WindowKey Key, byte[] Value, DateTimeOffset HappenedAt, TimeSpan Life);

/// <summary>
/// Writes and reads windows, a whole batch in one round trip. Writes are idempotent: the same batch written twice, or by two processes, leaves the
/// same windows. Where Redis is a cluster every command stays within one slot, so that its client can route it.
/// </summary>
/// <remarks>
/// Written by a script, many windows in one call: it takes a fraction of the time of plain commands, which the client
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

    private static readonly string Script = LuaScript("WindowWrite.lua");

    /// <summary>Writes members and records; complete when Redis has taken all of them.</summary>
    /// <param name="entries">Members, each with the length of its brand's window.</param>
    /// <param name="records">Records.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task WriteAsync(IEnumerable<(WindowEntry Entry, TimeSpan Life)> entries, IEnumerable<WindowRecord> records, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (recorded, told) = (new WindowCalls(now), new WindowCalls(now));
        foreach (var record in records)
            recorded.Add(record);
        foreach (var (entry, life) in entries)
            told.Add(entry, life);
        if (recorded.IsEmpty && told.IsEmpty)
            return;
        var cuts = await redis.RunAsync(
            async db =>
            {
                var isCluster = RedisConnection.IsCluster(db);
                List<WindowCall> recordCalls = [.. recorded.Make(isCluster)], memberCalls = [.. told.Make(isCluster)];

                // Records first: a member that can be seen leads to a record that can be read.
                var kept = recordCalls.ConvertAll(call => db.ScriptEvaluateAsync(Script, call.Keys, call.Arguments));
                var cuts = await Task.WhenAll(memberCalls.ConvertAll(call => db.ScriptEvaluateAsync(Script, call.Keys, call.Arguments)));
                await Task.WhenAll(kept);
                return cuts;
            },
            cancellationToken);
        metrics.Cut(cuts.Select(static cut => (long[])cut!));
        metrics.Cut(WindowKind.Events, told.Cut);
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
}
