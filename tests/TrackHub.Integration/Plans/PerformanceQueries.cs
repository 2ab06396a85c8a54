using Npgsql;
using TrackHub.ConsoleApi.Performance.Anomalies;
using TrackHub.ConsoleApi.Performance.Contract;
using TrackHub.ConsoleApi.Performance.Figures;

namespace TrackHub.Integration.Plans;

/// <summary>What pages ask of figures, of one brand of a tenant that has a thousand.</summary>
internal static class PerformanceQueries
{
    private const string Brand = "many00000500";

    /// <summary>Hours of ninety days, all sources: their state, then the rows.</summary>
    /// <returns>How many.</returns>
    public static Task<int> FiguresAsync(SeededDatabase seeded) => InTenantAsync(seeded, async tenant =>
    {
        MetricQuery.TryRead(Brand, new(Brand, "2026-01-01", "2026-01-02", "hourly", null, null, null), out var query, out _).ShouldBeTrue();
        var (from, to) = await RangeAsync(seeded);
        await FigureTable.StateAsync(tenant, query!, from, to, default);
        return (await FigureTable.RowsAsync(tenant, query!, from, to, default)).Count;
    });

    /// <summary>A page from the middle of them, of one source.</summary>
    /// <returns>How many.</returns>
    public static Task<int> PageAsync(SeededDatabase seeded) => InTenantAsync(seeded, async tenant =>
    {
        MetricQuery.TryRead(Brand, new(Brand, "2026-01-01", "2026-01-02", "hourly", "aggregated", "100", null), out var query, out _).ShouldBeTrue();
        var (from, to) = await RangeAsync(seeded);
        return (await FigureTable.RowsAsync(tenant, query! with { AfterStart = to.AddDays(-20), AfterSource = "aggregated" }, from, to, default)).Count;
    });

    /// <summary>The newest anomalies, and a page further on.</summary>
    /// <returns>How many.</returns>
    public static Task<int> AnomaliesAsync(SeededDatabase seeded) => InTenantAsync(seeded, async tenant =>
    {
        var newest = await AnomalyTable.RowsAsync(tenant, new(Brand, null, 50, default, null), default);
        return newest.Count + (await AnomalyTable.RowsAsync(tenant, new(Brand, AnomalyStatus.Resolved, 50, newest[20].DetectedAt, Guid.Parse(newest[20].Id)), default)).Count;
    });

    private static async Task<(DateTimeOffset From, DateTimeOffset To)> RangeAsync(SeededDatabase seeded)
    {
        var to = new DateTimeOffset(await seeded.Database.ScalarAsync<DateTime>("select seed_month(0)"));
        return (to.AddDays(-90), to);
    }

    private static async Task<int> InTenantAsync(SeededDatabase seeded, Func<NpgsqlConnection, Task<int>> ask)
    {
        await using var connection = await seeded.Console.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var tenant = new NpgsqlCommand("set local app.tenant = 'many'", connection, transaction))
            await tenant.ExecuteNonQueryAsync();
        return await ask(connection);
    }
}
