using Npgsql;
using NpgsqlTypes;
using TrackHub.ConsoleApi.Performance.Contract;

namespace TrackHub.ConsoleApi.Performance.Anomalies;

/// <summary>Table <c>performance_anomalies</c> as the caller's tenant sees it.</summary>
internal static class AnomalyTable
{
    // The order of the index performance_anomalies_newest.
    private const string Newest = $"""
        select {AnomalyRow.Columns} from performance_anomalies a
        where brand_id = $1 and ($2::text is null or status = $2) and ($3::uuid is null or detected_at <= $4 and (detected_at < $4 or id > $3))
        order by detected_at desc, id limit $5
        """;

    /// <summary>A page of a brand's, newest first, with one more than asked for if there is one.</summary>
    public static async Task<List<PerformanceAnomaly>> RowsAsync(NpgsqlConnection tenant, AnomalyQuery query, CancellationToken cancelled)
    {
        await using var command = new NpgsqlCommand(Newest, tenant)
        {
            Parameters =
            {
                new() { Value = query.BrandId },
                new() { Value = query.Status is { } status ? ContractText<AnomalyStatus>.Of(status) : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = query.AfterId ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
                new() { Value = query.AfterDetected },
                new() { Value = query.Limit + 1 },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancelled);
        var found = new List<PerformanceAnomaly>();
        while (await reader.ReadAsync(cancelled))
            found.Add(AnomalyRow.Read(reader));
        return found;
    }
}
