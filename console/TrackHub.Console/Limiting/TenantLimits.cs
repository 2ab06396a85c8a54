using Microsoft.Extensions.Options;
using TrackHub.ConsoleApi.Access;
using TrackHub.ConsoleApi.Database;
using TrackHub.ConsoleApi.Listening;

namespace TrackHub.ConsoleApi.Limiting;

/// <summary>How often a tenant may ask: a token bucket of a minute's requests for each bucket of endpoints. In PostgreSQL, which counts for all consoles. Thread-safe.</summary>
internal sealed class TenantLimits(ConsoleConnections connections, IOptions<ConsoleOptions> options)
{
    private readonly ConsoleOptions _options = options.Value;

    /// <summary>Takes a request.</summary>
    /// <returns>Zero if there was one; else how long until there is.</returns>
    public async Task<TimeSpan> TakeAsync(string tenantId, RequestBucket bucket, CancellationToken cancelled)
    {
        var (name, perMinute) = bucket is RequestBucket.Setup ? ("setup", _options.SetupRequestsPerMinute) : ("console", _options.RequestsPerMinute);
        await using var command = connections.Source.CreateCommand("select take_request($1, $2, $3)");
        foreach (var value in (object[])[tenantId, name, perMinute])
            command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync(cancelled) is TimeSpan wait ? TimeSpan.FromTicks(Math.Max(1, wait.Ticks)) : TimeSpan.Zero;
    }
}
