using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TrackHub.Platform.Books;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Ledger;

/// <summary>Feeds the topics to the <see cref="Projection"/>, in batches.</summary>
/// <remarks>
/// Rows and offsets commit in one PostgreSQL transaction, so each record counts once. The offsets stored in Kafka as well only show the lag.
/// While PostgreSQL is away the batch is kept and polling goes on.
/// </remarks>
internal sealed partial class LedgerLoop(
    RecordConsumerFactory consumers,
    LedgerOffsets offsets,
    RecordSorter sorter,
    RefusedRows rows,
    IOptions<LedgerOptions> options,
    LedgerMetrics metrics,
    Readiness readiness,
    ILogger<LedgerLoop> logger) : BackgroundService
{
    // Delay topics are read as plain ones: the books want to know at once where an event went.
    private static readonly IReadOnlyList<TopicDefinition> Read =
        [.. Journey.Kept.Append(Topics.Conversions).Append(Topics.DeadLetters).Append(Topics.Quarantine).Select(static topic => topic with { Delay = null })];

    private readonly LedgerOptions _options = options.Value;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await using var consumer = consumers.Create(new RecordConsumerOptions
            {
                Group = LedgerRole.Name,
                Topics = Read,
                StartOffsets = offsets.NextAsync,
            });
            await ReadUntilFencedAsync(consumer, stoppingToken);
        }
    }

    /// <summary>Ends when stopped, or when another reader stands beyond ours: then a new consumer seeks to what PostgreSQL holds.</summary>
    private async Task ReadUntilFencedAsync(RecordConsumer consumer, CancellationToken stoppingToken)
    {
        await foreach (var batch in consumer.BatchesAsync(_options.MaxBatchSize, _options.MaxLinger, stoppingToken))
        {
            var written = false;
            var outcome = await batch.RetryWhileAwayAsync(
                async (records, token) => written = await rows.WriteAsync(records, await sorter.SortAsync(records, token), token),
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
        [LoggerMessage(4001, LogLevel.Warning, "Another ledger stands beyond {Coordinates}; reading on from the offsets in PostgreSQL")]
        public static partial void Fenced(ILogger logger, RecordCoordinates coordinates);
    }
}
