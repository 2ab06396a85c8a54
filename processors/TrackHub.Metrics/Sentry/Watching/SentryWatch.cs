using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using TrackHub.Metrics.Sentry.Explaining;
using TrackHub.Platform.Streams;

namespace TrackHub.Metrics.Sentry.Watching;

/// <summary>The Sentry: looks at every brand now and then, and opens, tells again and resolves anomalies.</summary>
/// <remarks>
/// Instances share the brands by the locks of <c>sentry_brands</c>. A look commits what it found together with that it looked, so a crash repeats it whole, and what it finds is
/// keyed by brand, figure and hour: nothing is found twice.
/// </remarks>
internal sealed partial class SentryWatch(
    NpgsqlDataSource database, TopicAdmin topics, IInsightProvider insights, IOptions<SentryOptions> options, FigureMetrics metrics, TimeProvider clock,
    ILogger<SentryWatch> logger) : BackgroundService
{
    private readonly Progress _progress = new(database, topics);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.LookInterval, clock);
        try
        {
            do
                await LookWhileThereAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The role stops.
        }
    }

    /// <summary>Looks at every brand that nobody has looked at since.</summary>
    /// <param name="lookedBefore">Brands looked at since then are left out.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task LookAsync(DateTimeOffset lookedBefore, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var read = await _progress.ReadUpToAsync(now, cancellationToken);
        if (read == DateTimeOffset.MinValue)
            return;   // what is in the log is not in the figures yet

        var settled = now - options.Value.Settle;
        await WatchedBrand.AddNewAsync(database, cancellationToken);
        while (await LookAtNextAsync(lookedBefore, settled < read ? settled : read, now, cancellationToken))
        {
        }
    }

    private async Task LookWhileThereAsync(CancellationToken stoppingToken)
    {
        try
        {
            // A little less than the interval, so that a tick does not come a moment too soon for a brand.
            await LookAsync(clock.GetUtcNow() - (options.Value.LookInterval * 0.9), stoppingToken);
        }
        catch (Exception failure) when (Dependencies.IsAway(failure))
        {
            // Readiness tells of it; the brands are as they were at the next look.
        }
    }

    private async Task<bool> LookAtNextAsync(DateTimeOffset lookedBefore, DateTimeOffset ended, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await WatchedBrand.TakeAsync(connection, transaction, lookedBefore, cancellationToken) is not { } brand)
            return false;

        try
        {
            await new SentryLook(connection, transaction, brand, insights, metrics, now).LookAsync(ended, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException && !Dependencies.IsAway(failure))
        {
            // What one brand's rows or a provider of insights do must not keep the others unwatched: it is told, and tried again at the next look.
            Log.Failed(logger, failure, brand.BrandId);
            metrics.LookFailed();
            await transaction.RollbackAsync(cancellationToken);
            await brand.LookedAsync(connection, null, now, null, cancellationToken);
        }

        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(5005, LogLevel.Error, "Brand {Brand}: The Sentry could not judge its figures; it tries again at the next look")]
        public static partial void Failed(ILogger logger, Exception failure, string brand);
    }
}
