using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Streams;

namespace TrackHub.Ledger;

/// <summary>Feeds the topics to the <see cref="Projection"/>, in batches.</summary>
/// <remarks>
/// Rows and offsets commit in one PostgreSQL transaction, so each record counts once. The offsets stored in Kafka as well only show the lag.
/// While PostgreSQL is away the batch is kept and polling goes on.
/// </remarks>
internal sealed partial class LedgerLoop(
    RecordConsumerFactory consumers,
    NpgsqlDataSource database,
    RecordSorter sorter,
    RefusedRows rows,
    IOptions<LedgerOptions> options,
    LedgerMetrics metrics,
    Readiness readiness,
    TimeProvider clock,
    ILogger<LedgerLoop> logger) : BackgroundService
{
    // Mostly the next batch notices a rebuild first.
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(2);

    private readonly LedgerOptions _options = options.Value;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var offsets = new LedgerOffsets(database);
            await using var consumer = consumers.Create(new RecordConsumerOptions
            {
                Group = LedgerRole.Name,
                Topics = LedgerRole.Reads,
                StartOffsets = offsets.NextAsync,
            });
            if (await offsets.Stored.ReadUntilSetBackAsync(ended => ReadAsync(consumer, offsets, ended, stoppingToken), CheckInterval, clock, stoppingToken))
                Log.SetBack(logger);
        }
    }

    /// <summary>Ends when it is told to, or when PostgreSQL's offsets were moved by somebody else: then a new consumer seeks to them.</summary>
    private async Task ReadAsync(RecordConsumer consumer, LedgerOffsets offsets, CancellationToken ended, CancellationToken stoppingToken)
    {
        await foreach (var batch in consumer.BatchesAsync(_options.MaxBatchSize, _options.MaxLinger, ended))
        {
            var written = false;
            var outcome = await batch.RetryWhileAwayAsync(
                async (records, token) => written = await rows.WriteAsync(records, await sorter.SortAsync(records, offsets, token), offsets, token),
                readiness,
                stoppingToken);
            if (outcome is BatchOutcome.Revoked) continue;   // its partitions belong to their next owner

            if (!written)
            {
                Log.Fenced(logger, batch[0].Coordinates);
                return;
            }

            consumer.Store(batch);
            metrics.BatchWritten(batch.Count);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4001, LogLevel.Warning, "The offsets in PostgreSQL were moved, by another ledger or a rebuild, before {Coordinates} was written; reading on from there")]
        public static partial void Fenced(ILogger logger, RecordCoordinates coordinates);

        [LoggerMessage(4007, LogLevel.Information, "The offsets in PostgreSQL were set back by a rebuild; reading again from there")]
        public static partial void SetBack(ILogger logger);
    }
}
