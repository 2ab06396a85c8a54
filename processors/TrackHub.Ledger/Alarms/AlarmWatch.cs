using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using TrackHub.Platform.Books;
using TrackHub.Platform.Quality;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Ledger.Alarms;

/// <summary>Looks at the books and at the match quality now and then, and raises the alarm in <c>alerts</c> where a rule says so.</summary>
/// <remarks>
/// One instance looks at a time, under an advisory lock, and a look begins by waiting until the ledger has read the ends of all topics, that of alerts
/// too: whatever an earlier look told, by another instance or before a crash, stands in the table. So no alarm is told twice.
/// </remarks>
internal sealed partial class AlarmWatch(
    NpgsqlDataSource database, BookAudit audit, QualityHistory qualities, RecordProducer producer, IOptions<LedgerOptions> options, LedgerMetrics metrics,
    TimeProvider clock, ILogger<AlarmWatch> logger) : BackgroundService
{
    /// <summary>Advisory lock of a look: any number that no other lock of TrackHub has.</summary>
    internal const long LockKey = 0x426F6F6B73;   // "Books"

    // A look at much that is open costs PostgreSQL its time: at most a quarter of it.
    private const int Share = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConservationRule _rule = new(options.Value.AuditLooks);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var started = clock.GetTimestamp();
                await LookWhileThereAsync(stoppingToken);
                var pause = clock.GetElapsedTime(started) * (Share - 1);
                await Task.Delay(pause > options.Value.AuditInterval ? pause : options.Value.AuditInterval, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The role stops.
        }
    }

    private async Task LookWhileThereAsync(CancellationToken stoppingToken)
    {
        try
        {
            await LookAsync(stoppingToken);
        }
        catch (Exception failure) when (Dependencies.IsAway(failure, out var dependency))
        {
            // Readiness tells of it; the books are as they were and the next look sees them.
            Log.Away(logger, dependency);
        }
    }

    private async Task LookAsync(CancellationToken stoppingToken)
    {
        await using var connection = await database.OpenConnectionAsync(stoppingToken);
        await using var transaction = await connection.BeginTransactionAsync(stoppingToken);
        await using (var take = new NpgsqlCommand("select pg_try_advisory_xact_lock($1)", connection, transaction) { Parameters = { new() { Value = LockKey } } })
        {
            if (await take.ExecuteScalarAsync(stoppingToken) is not true)
                return;   // another instance looks
        }

        var report = await audit.LookAsync(new(), Patience, stoppingToken);
        metrics.Audited(report);
        var now = clock.GetUtcNow();
        foreach (var alert in _rule.Judge(report, await OpenAsync(connection, transaction, ConservationRule.Name, stoppingToken), now))
        {
            await TellAsync(alert, stoppingToken);
            if (alert.State is AlertState.Open)
                Log.Unaccounted(logger, alert.BrandId!, (long)alert.Value, alert.Since, string.Join(", ", alert.Examples));
            else
                Log.Balanced(logger, alert.BrandId!, alert.Since);
        }

        // A ledger that is behind, or that a rebuild has conversions read again, has neither all of a day's scores nor the alerts already told.
        if (report.Behind == 0 && !await LedgerOffsets.IsAgainAsync(connection, transaction, stoppingToken))
            await LookAtQualityAsync(await OpenAsync(connection, transaction, QualityRule.Name, stoppingToken), now, stoppingToken);
    }

    private async Task LookAtQualityAsync(IReadOnlyList<OpenAlert> open, DateTimeOffset now, CancellationToken stoppingToken)
    {
        var days = await qualities.ReadAsync(QualityRule.FirstDay(now), brandId: null, stoppingToken);
        var recent = QualityRule.Recent(days, options.Value.QualityMinEvents);
        metrics.QualityJudged(recent);
        foreach (var alert in QualityRule.Judge(recent, open, now))
        {
            await TellAsync(alert, stoppingToken);
            if (alert.State is AlertState.Open)
                Log.QualityLow(logger, alert.BrandId!, alert.Subject!, alert.Value);
            else
                Log.QualityGood(logger, alert.BrandId!, alert.Subject!, alert.Since);
        }
    }

    private Task TellAsync(Alert alert, CancellationToken stoppingToken) => producer.ProduceAllAsync(
        [OutgoingRecord.Create(Topics.Alerts, $"{alert.BrandId}/{alert.Rule}", alert, RecordHeaders.ForBrand(alert.BrandId!))], stoppingToken);

    private static async Task<IReadOnlyList<OpenAlert>> OpenAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string rule, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select distinct on (brand_id, subject) alert_id, brand_id, subject, since, value from alerts
            where rule = $1 and state = 'open' and brand_id is not null order by brand_id, subject, since
            """, connection, transaction)
        {
            Parameters = { new() { Value = rule } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var open = new List<OpenAlert>();
        while (await reader.ReadAsync(cancellationToken))
        {
            open.Add(new(
                reader.GetString(0), reader.GetString(1), await reader.IsDBNullAsync(2, cancellationToken) ? null : reader.GetString(2),
                reader.GetFieldValue<DateTimeOffset>(3), reader.GetDouble(4)));
        }

        return open;
    }

    private static partial class Log
    {
        [LoggerMessage(4002, LogLevel.Warning,
            "Brand {Brand}: {Count} ends of accepted events are unaccounted for since {Since:yyyy-MM-dd HH:mm}Z, such as {IngestIds}. Remedy: 'trackhub books' names where they were last seen")]
        public static partial void Unaccounted(ILogger logger, string brand, long count, DateTimeOffset since, string ingestIds);

        [LoggerMessage(4003, LogLevel.Information, "Brand {Brand}: what was unaccounted for since {Since:yyyy-MM-dd HH:mm}Z has ended or is on its way")]
        public static partial void Balanced(ILogger logger, string brand, DateTimeOffset since);

        [LoggerMessage(4005, LogLevel.Warning,
            "Brand {Brand}: the match quality of its {EventName} events is {Score:0.0} of 10. Remedy: 'trackhub quality' names the keys that are missing")]
        public static partial void QualityLow(ILogger logger, string brand, string eventName, double score);

        [LoggerMessage(4006, LogLevel.Information, "Brand {Brand}: the match quality of its {EventName} events, low since {Since:yyyy-MM-dd HH:mm}Z, is good again, or there are too few to say")]
        public static partial void QualityGood(ILogger logger, string brand, string eventName, DateTimeOffset since);

        [LoggerMessage(4004, LogLevel.Information, "The books were not looked at: {Dependency} is away")]
        public static partial void Away(ILogger logger, string dependency);
    }
}
