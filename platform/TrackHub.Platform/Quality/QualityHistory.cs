using Npgsql;

namespace TrackHub.Platform.Quality;

/// <summary>Reads table <c>quality_days</c>.</summary>
public sealed class QualityHistory(NpgsqlDataSource database)
{
    private const string Select = """
        select brand_id, day, event_name, key, events, green, score_tenths from quality_days
        where day >= $1 and ($2::text is null or brand_id = $2) order by brand_id, event_name, day, key
        """;

    /// <summary>Days by brand, event name and day, oldest first; days without events are missing.</summary>
    /// <param name="from">First day, in the brand's time zone.</param>
    /// <param name="brandId">Only this brand's; null: every brand's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<QualityDay>> ReadAsync(DateOnly from, string? brandId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Select);
        command.Parameters.Add(new() { Value = from });
        command.Parameters.Add(new() { Value = (object?)brandId ?? DBNull.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var days = new List<QualityDay>();
        Dictionary<string, long> keys = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            // The row of no key, which counts every event, comes first of its day.
            if (reader.GetString(3) is { Length: > 0 } key)
                keys[key] = reader.GetInt64(4);
            else
                days.Add(new(reader.GetString(0), reader.GetFieldValue<DateOnly>(1), reader.GetString(2), reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6), keys = []));
        }

        return days;
    }
}
