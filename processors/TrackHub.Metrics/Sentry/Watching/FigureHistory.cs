using System.Globalization;
using System.Runtime.InteropServices;
using Npgsql;
using TrackHub.Metrics.Sentry.Judging;
using TrackHub.Metrics.Summing;
using TrackHub.Platform.Performance;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Sentry.Watching;

/// <summary>Up to when a brand's hours are complete: both starts of hours.</summary>
/// <param name="Sales">Every hour before has what gateways told.</param>
/// <param name="Spend">Every hour before has what ad platforms told as well; null: no account was pulled lately.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Complete(DateTimeOffset Sales, DateTimeOffset? Spend);

/// <summary>Reads a brand's hours, in the transaction of the look.</summary>
internal sealed class FigureHistory(NpgsqlConnection connection, NpgsqlTransaction transaction, WatchedBrand brand)
{
    // An account that nobody pulls any more is disconnected, and nothing waits for it.
    private static readonly TimeSpan Pulled = TimeSpan.FromDays(2);
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(3);

    /// <summary>Which hours are complete.</summary>
    /// <param name="ended">Hours that ended by then have settled.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Complete> CompleteAsync(DateTimeOffset ended, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select min(last) from (select max(pulled_at) as last from spend_facts where brand_id = $1 and hour >= $2 group by source, account_id) accounts where last >= $3
            """, connection, transaction)
        {
            Parameters =
            {
                new() { Value = brand.BrandId }, new() { Value = (ended - Remembered).ToUniversalTime() }, new() { Value = (ended - Pulled).ToUniversalTime() },
            },
        };
        var clock = BucketClock.Of(brand.TimeZone);
        var sales = clock.StartsOf(ended).Hour;
        if (await command.ExecuteScalarAsync(cancellationToken) is not DateTime pulled)
            return new(sales, null);

        var spend = clock.StartsOf(new(pulled)).Hour;
        return new(sales, spend < sales ? spend : sales);
    }

    /// <summary>A text that differs when any of these hours does.</summary>
    public async Task<string> FingerprintAsync(DateTimeOffset from, DateTimeOffset end, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select coalesce(sum(revision), 0)::bigint from performance_metrics
            where brand_id = $1 and source = 'aggregated' and period = 'hourly' and timestamp >= $2 and timestamp < $3
            """, connection, transaction)
        {
            Parameters = { new() { Value = brand.BrandId }, new() { Value = from.ToUniversalTime() }, new() { Value = end.ToUniversalTime() } },
        };
        return ((long)(await command.ExecuteScalarAsync(cancellationToken) ?? 0L)).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The hours of one source.</summary>
    public async Task<HourSeries> ReadAsync(MetricSource source, DateTimeOffset from, DateTimeOffset end, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select timestamp, spend_minor, revenue_minor, conversions, clicks, impressions from performance_metrics
            where brand_id = $1 and source = $4 and period = 'hourly' and timestamp >= $2 and timestamp < $3
            """, connection, transaction)
        {
            Parameters =
            {
                new() { Value = brand.BrandId }, new() { Value = from.ToUniversalTime() }, new() { Value = end.ToUniversalTime() }, new() { Value = source.ToSymbol() },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var hours = new List<(DateTimeOffset, Sums)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            hours.Add((reader.GetFieldValue<DateTimeOffset>(0), new()
            {
                Spend = reader.GetInt64(1),
                Revenue = reader.GetInt64(2),
                Conversions = reader.GetInt64(3),
                Clicks = reader.GetInt64(4),
                Impressions = reader.GetInt64(5),
            }));
        }

        var zone = TimeZoneInfo.TryFindSystemTimeZoneById(brand.TimeZone, out var known) ? known : TimeZoneInfo.Utc;
        return new(zone, from, (int)Math.Ceiling((end - from).TotalHours), hours);
    }
}
