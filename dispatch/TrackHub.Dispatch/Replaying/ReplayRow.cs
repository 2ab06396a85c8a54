using System.Text.Json;
using Npgsql;

namespace TrackHub.Dispatch.Replaying;

/// <summary>A row of <c>replays</c> as a view.</summary>
internal static class ReplayRow
{
    /// <summary>Reads id, topic, brand, actor, rate, state, partitions, first, end and next offsets, counts as text, and the three times, in this order.</summary>
    public static ReplayView Read(NpgsqlDataReader row)
    {
        var (partitions, firsts) = (row.GetFieldValue<int[]>(6), row.GetFieldValue<long[]>(7));
        var (ends, nexts) = (row.GetFieldValue<long[]>(8), row.GetFieldValue<long[]>(9));
        return new()
        {
            Id = row.GetGuid(0),
            Topic = row.GetString(1),
            BrandId = row.IsDBNull(2) ? null : row.GetString(2),
            Actor = row.GetString(3),
            Rate = row.GetInt32(4),
            State = row.GetString(5),
            Parts = [.. partitions.Select((partition, i) => new ReplayPart(partition, firsts[i], ends[i], nexts[i]))],
            Counts = CountsOf(row.GetString(10)),
            CreatedAt = row.GetFieldValue<DateTimeOffset>(11),
            UpdatedAt = row.GetFieldValue<DateTimeOffset>(12),
            EndedAt = row.IsDBNull(13) ? null : row.GetFieldValue<DateTimeOffset>(13),
        };
    }

    /// <summary>Counts as the column holds them.</summary>
    public static string TextOf(IReadOnlyDictionary<string, long> counts) => JsonSerializer.Serialize(counts);

    private static Dictionary<string, long> CountsOf(string json) => JsonSerializer.Deserialize<Dictionary<string, long>>(json) ?? [];
}
