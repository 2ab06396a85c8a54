using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Identity;

namespace TrackHub.Platform.Tenants;

/// <summary>
/// Keeps <see cref="TenantDirectory"/> and <see cref="KeyRing"/> as the database has them: at once on a notification, and every 5 s in
/// case one was lost. While PostgreSQL is away the last good snapshot stays in force and the directory counts as ready.
/// </summary>
internal sealed partial class DirectoryRefresher(
    NpgsqlDataSource postgres,
    MasterKeys masters,
    TenantDirectory directory,
    KeyRing keyRing,
    Readiness readiness,
    TimeProvider clock,
    ILogger<DirectoryRefresher> logger)
    : BackgroundService
{
    private const string Dependency = "directory";
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private long _version = -1;
    private long _loadedAt;
    private TimeSpan? _overlapEndsIn;
    private bool _away;
    private volatile bool _notified;

    /// <summary>Loads once before the roles start: the first request finds the directory. PostgreSQL may be away; a wrong key ends it.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        readiness.Report(Dependency, ready: false, "not loaded yet");
        try
        {
            await using var connection = await postgres.OpenConnectionAsync(cancellationToken);
            await RefreshAsync(connection, cancellationToken);
        }
        catch (Exception exception) when (IsAway(exception))
        {
            ReportAway(exception);
        }

        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (IsAway(exception) || (exception is WrongMasterKeyException && directory.IsLoaded))
            {
                // The master key was replaced under us: what is loaded stays good until this process is restarted with the new one.
                ReportAway(exception);
                await Task.Delay(RetryInterval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task FollowAsync(CancellationToken stoppingToken)
    {
        await using var connection = await postgres.OpenConnectionAsync(stoppingToken);
        connection.Notification += (_, _) => _notified = true;
        await using (var listen = new NpgsqlCommand("listen directory_changed", connection) { CommandTimeout = 4 })
            await listen.ExecuteNonQueryAsync(stoppingToken);

        while (true)
        {
            // A notification that arrives during the reading may tell of a change it did not see.
            _notified = false;
            await RefreshAsync(connection, stoppingToken);
            if (!_notified)
                await connection.WaitAsync(UntilNextPoll(), stoppingToken);
        }
    }

    private async Task RefreshAsync(NpgsqlConnection connection, CancellationToken stoppingToken)
    {
        if (_version >= 0 && !OverlapHasEnded && await DirectoryLoader.VersionAsync(connection, stoppingToken) == _version)
        {
            directory.Confirm();
            ReportBack();
            return;
        }

        var loaded = await new DirectoryLoader(connection, masters).LoadAsync(stoppingToken);
        keyRing.Publish(loaded.DaySecrets, loaded.WindowKeys);
        directory.Publish(loaded.Snapshot);
        foreach (var row in loaded.Unreadable)
            Log.Unreadable(logger, row.Table, row.Row);
        (_version, _overlapEndsIn, _loadedAt) = (loaded.Version, loaded.OverlapEndsIn, clock.GetTimestamp());
        ReportBack();
    }

    // The overlap of two secrets ends by the database's clock; no row changes at that moment.
    private bool OverlapHasEnded => _overlapEndsIn <= clock.GetElapsedTime(_loadedAt);

    private TimeSpan UntilNextPoll()
    {
        var left = _overlapEndsIn - clock.GetElapsedTime(_loadedAt) ?? PollInterval;
        return left < PollInterval ? TimeSpan.FromMilliseconds(Math.Max(left.TotalMilliseconds + 1, 1)) : PollInterval;
    }

    private void ReportBack()
    {
        var hasDay = keyRing.HasDay(clock.GetUtcNow());
        readiness.Report(Dependency, hasDay, hasDay ? null : "no day secret for today: run `trackhub migrate`, or start the ledger");
        if (!_away)
            return;
        _away = false;
        Log.Back(logger);
    }

    private void ReportAway(Exception exception)
    {
        // With a snapshot the role works on; how old it is shows in its age.
        if (!directory.IsLoaded)
        {
            var isNew = exception is PostgresException { SqlState: PostgresErrorCodes.UndefinedTable };
            readiness.Report(Dependency, ready: false, isNew ? "database is not migrated: run `trackhub migrate`" : "postgres is away");
        }

        if (_away)
            return;
        _away = true;
        Log.Away(logger, (exception as PostgresException)?.SqlState ?? exception.GetType().Name);
    }

    private static bool IsAway(Exception exception) => exception is NpgsqlException or SocketException or IOException or TimeoutException;

    private static partial class Log
    {
        [LoggerMessage(1101, LogLevel.Error, "Directory row {Table} {Row} does not open and is left out")]
        public static partial void Unreadable(ILogger logger, string table, string row);

        [LoggerMessage(1102, LogLevel.Warning, "The directory cannot be read ({Reason}); the last one stays in force")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(1103, LogLevel.Information, "The directory is read again and up to date")]
        public static partial void Back(ILogger logger);
    }
}
