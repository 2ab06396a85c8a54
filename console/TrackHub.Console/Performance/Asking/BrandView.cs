using Npgsql;

namespace TrackHub.ConsoleApi.Performance.Asking;

/// <summary>A brand of the caller's tenant.</summary>
/// <param name="Currency">Currency of its amounts.</param>
/// <param name="TimeZone">IANA zone of its days.</param>
/// <param name="CreatedAt">Since when there is one.</param>
internal sealed record BrandView(string Currency, string TimeZone, DateTimeOffset CreatedAt)
{
    /// <summary>Finds one.</summary>
    /// <param name="tenant">A connection in the caller's tenant.</param>
    /// <param name="brandId">Its id.</param>
    /// <param name="cancelled">Gives up.</param>
    /// <returns>Null: there is none of that tenant.</returns>
    public static async Task<BrandView?> FindAsync(NpgsqlConnection tenant, string brandId, CancellationToken cancelled)
    {
        await using var command = new NpgsqlCommand("select currency, time_zone, created_at from brands where id = $1", tenant) { Parameters = { new() { Value = brandId } } };
        await using var reader = await command.ExecuteReaderAsync(cancelled);
        return await reader.ReadAsync(cancelled) ? new(reader.GetString(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2)) : null;
    }
}
