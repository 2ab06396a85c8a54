using StackExchange.Redis;

namespace TrackHub.Matching.Windows;

/// <summary>A kept record and how long it is kept.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Value">Its bytes.</param>
/// <param name="Life">Time left until its window is over.</param>
internal readonly record struct WindowRecord(RedisKey Key, byte[] Value, TimeSpan Life);

/// <summary>
/// Writes and reads windows, a whole batch in one round trip. Writes are plain and idempotent: the same batch written twice, or by two
/// processes, leaves the same windows.
/// </summary>
internal sealed class WindowStore(RedisConnection redis) : IWindowReader
{
    /// <summary>Most members of one window; the newest by event time stay. A café's address must not grow without limit.</summary>
    public const int MaxMembers = 32;

    /// <summary>Keys live this much longer than their window, so that a batch read again after a restart still finds what it found.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    /// <summary>Writes members and records; complete when Redis has taken all of them.</summary>
    /// <param name="entries">Members, each with the life of its window counted from now.</param>
    /// <param name="records">Records.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task WriteAsync(
        IReadOnlyList<(WindowEntry Entry, TimeSpan Life)> entries, IReadOnlyList<WindowRecord> records, CancellationToken cancellationToken)
    {
        if (entries.Count == 0 && records.Count == 0)
            return;
        await redis.RunAsync(
            async db =>
            {
                var pending = new List<Task>((entries.Count * 3) + records.Count);
                // Records first: a member that can be seen leads to a record that can be read.
                foreach (var record in records)
                    pending.Add(db.StringSetAsync(record.Key, record.Value, record.Life + Grace));
                foreach (var window in entries.GroupBy(static e => e.Entry.Key))
                {
                    SortedSetEntry[] members = [.. window.Select(static e => new SortedSetEntry(e.Entry.Member, e.Entry.EventTimeMs))];
                    pending.Add(db.SortedSetAddAsync(window.Key, members));
                    pending.Add(db.SortedSetRemoveRangeByRankAsync(window.Key, 0, -MaxMembers - 1));
                    pending.Add(db.KeyExpireAsync(window.Key, window.Max(static e => e.Life) + Grace));
                }

                await Task.WhenAll(pending);
                return true;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>Members of an unknown form are passed over.</remarks>
    public async Task<IReadOnlyList<IReadOnlyList<WindowMember>>> ReadAsync(IReadOnlyList<RedisKey> windows, CancellationToken cancellationToken)
    {
        if (windows.Count == 0)
            return [];
        var found = await redis.RunAsync(
            db => Task.WhenAll(windows.Select(key => db.SortedSetRangeByRankAsync(key))), cancellationToken);
        return [.. found.Select(Decode)];
    }

    /// <summary>The records of these keys in their order; null where there is none.</summary>
    public async Task<IReadOnlyList<byte[]?>> ReadRecordsAsync(IReadOnlyList<RedisKey> records, CancellationToken cancellationToken)
    {
        if (records.Count == 0)
            return [];
        var found = await redis.RunAsync(db => Task.WhenAll(records.Select(key => db.StringGetAsync(key))), cancellationToken);
        return [.. found.Select(static value => (byte[]?)value)];
    }

    private static IReadOnlyList<WindowMember> Decode(RedisValue[] values)
    {
        var members = new List<WindowMember>(values.Length);
        foreach (var value in values)
        {
            if (WindowMember.TryDecode((byte[])value!, out var member))
                members.Add(member);
        }

        return members;
    }
}
