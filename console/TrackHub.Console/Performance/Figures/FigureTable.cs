using Npgsql;
using TrackHub.ConsoleApi.Performance.Contract;

namespace TrackHub.ConsoleApi.Performance.Figures;

/// <summary>Table <c>performance_metrics</c> as the caller's tenant sees it.</summary>
internal static class FigureTable
{
    // Every column of the primary key is compared, so that each source is one walk along it.
    private const string Range = "from performance_metrics where brand_id = $1 and source = any($2) and period = $3 and timestamp >= $4 and timestamp < $5";

    private const string Rows = $"""
        select source, timestamp, currency, revision, spend_minor, revenue_minor, refunded_minor, conversions, new_customers, clicks, impressions, unconverted
        {Range} and ($6 = '' or timestamp >= $7 and (timestamp, source collate "C") > ($7, $6))
        order by timestamp, source collate "C" limit $8
        """;

    /// <summary>The state of a range.</summary>
    public static async Task<RangeState> StateAsync(NpgsqlConnection tenant, MetricQuery query, DateTimeOffset from, DateTimeOffset to, CancellationToken cancelled)
    {
        await using var command = Command(tenant, $"select count(*), coalesce(sum(revision), 0)::bigint {Range}", query, from, to);
        await using var reader = await command.ExecuteReaderAsync(cancelled);
        await reader.ReadAsync(cancelled);
        return new(reader.GetInt64(0), reader.GetInt64(1));
    }

    /// <summary>A page of a range, by start and source, with one bucket more than asked for if there is one. Empty ones are among them.</summary>
    public static async Task<List<Bucket>> RowsAsync(NpgsqlConnection tenant, MetricQuery query, DateTimeOffset from, DateTimeOffset to, CancellationToken cancelled)
    {
        await using var command = Command(tenant, Rows, query, from, to);
        command.Parameters.Add(new() { Value = query.AfterSource });
        command.Parameters.Add(new() { Value = query.AfterStart });
        command.Parameters.Add(new() { Value = query.Limit + 1 });
        await using var reader = await command.ExecuteReaderAsync(cancelled);
        var buckets = new List<Bucket>(query.Limit + 1);   // below 85,000 bytes: none is ever a large object
        while (await reader.ReadAsync(cancelled))
        {
            buckets.Add(new()
            {
                BrandId = query.BrandId,
                Source = ContractText<FigureSource>.Parse(reader.GetString(0)),
                Period = query.Period,
                Start = reader.GetFieldValue<DateTimeOffset>(1),
                Currency = reader.GetString(2),
                Revision = reader.GetInt64(3),
                SpendMinor = reader.GetInt64(4),
                RevenueMinor = reader.GetInt64(5),
                RefundedMinor = reader.GetInt64(6),
                Conversions = reader.GetInt64(7),
                NewCustomers = reader.GetInt64(8),
                Clicks = reader.GetInt64(9),
                Impressions = reader.GetInt64(10),
                Unconverted = reader.GetInt64(11),
            });
        }

        return buckets;
    }

    private static NpgsqlCommand Command(NpgsqlConnection tenant, string sql, MetricQuery query, DateTimeOffset from, DateTimeOffset to) => new(sql, tenant)
    {
        Parameters =
        {
            new() { Value = query.BrandId },
            new() { Value = query.Sources.Select(ContractText<FigureSource>.Of).ToArray() },
            new() { Value = ContractText<FigurePeriod>.Of(query.Period) },
            new() { Value = from },
            new() { Value = to },
        },
    };
}

/// <summary>What the state of a range is told by: it grows with each change to any of its buckets, and with each new one.</summary>
/// <param name="Buckets">How many there are, empty ones among them.</param>
/// <param name="Revisions">Sum of their revisions.</param>
internal readonly record struct RangeState(long Buckets, long Revisions)
{
    /// <summary>The state of a range whose buckets are all here.</summary>
    public static RangeState Of(List<Bucket> all) => new(all.Count, all.Sum(static bucket => bucket.Revision));
}
