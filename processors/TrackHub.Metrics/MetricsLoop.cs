using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Streams;

namespace TrackHub.Metrics;

/// <summary>Feeds conversions and ad spend to the <see cref="Aggregation"/>, in batches.</summary>
/// <remarks>
/// Facts, sums and offsets commit in one PostgreSQL transaction. The offsets stored in Kafka as well only show the lag. While PostgreSQL is away the
/// batch is kept and polling goes on.
/// </remarks>
internal sealed partial class MetricsLoop(
    RecordConsumerFactory consumers,
    NpgsqlDataSource database,
    RecordSorter sorter,
    Aggregation aggregation,
    IOptions<MetricsOptions> options,
    FigureMetrics metrics,
    Readiness readiness,
    TimeProvider clock,
    ILogger<MetricsLoop> logger) : BackgroundService
{
    private readonly MetricsOptions _options = options.Value;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var offsets = new StoredOffsets(database, MetricsRole.Offsets);
            await using var consumer = consumers.Create(new RecordConsumerOptions
            {
                Group = MetricsRole.Name,
                Topics = MetricsRole.Reads,
                StartOffsets = offsets.NextAsync,
                PrefetchRecords = _options.MaxBatchSize * 2,
            });
            if (await offsets.ReadUntilSetBackAsync(ended => ReadAsync(consumer, offsets, ended, stoppingToken), _options.CheckInterval, clock, stoppingToken))
                Log.SetBack(logger);
        }
    }

    /// <summary>Ends when it is told to, or when PostgreSQL's offsets were moved by somebody else: then a new consumer seeks to them.</summary>
    private async Task ReadAsync(RecordConsumer consumer, StoredOffsets offsets, CancellationToken ended, CancellationToken stoppingToken)
    {
        await foreach (var batch in consumer.BatchesAsync(_options.MaxBatchSize, _options.MaxLinger, ended))
        {
            var written = false;
            var outcome = await batch.RetryWhileAwayAsync(
                async (records, token) => written = await aggregation.WriteAsync(records, await sorter.SortAsync(records, token), offsets, token),
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
        [LoggerMessage(5001, LogLevel.Warning, "The offsets in PostgreSQL were moved, by another reader or a rebuild, before {Coordinates} was taken in; reading on from there")]
        public static partial void Fenced(ILogger logger, RecordCoordinates coordinates);

        [LoggerMessage(5004, LogLevel.Information, "The offsets in PostgreSQL were set back by a rebuild; reading again from there")]
        public static partial void SetBack(ILogger logger);
    }
}
