using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Streams;

namespace TrackHub.Platform.Tenants;

/// <summary>Asks PostgreSQL every few seconds and tells readiness, for roles that cannot work without it: an idle one would not notice.</summary>
/// <param name="postgres">Where it asks.</param>
/// <param name="readiness">Is told.</param>
/// <param name="clock">Says when to ask again.</param>
/// <param name="logger">Is told of changes.</param>
/// <param name="question">A statement that fails where the role cannot work.</param>
/// <param name="dependency">What readiness calls it.</param>
public sealed partial class PostgresWatch(
    NpgsqlDataSource postgres, Readiness readiness, TimeProvider clock, ILogger<PostgresWatch> logger, string question = "select 1", string dependency = "postgres")
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>Reports before the host goes on to open its ports: what nobody has reported counts as ready.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        readiness.Report(dependency, ready: false, "not asked yet");
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        var answered = true;   // a start at which all is well is not worth a line
        var asked = Task.FromResult<string?>(null);
        try
        {
            do
            {
                if (asked.IsCompleted)
                    asked = AskAsync();
                var reason = await AnswerAsync(asked, stoppingToken);
                readiness.Report(dependency, reason is null, reason);
                if (answered != (reason is null))
                    Log.Changed(logger, reason ?? "answers again");
                answered = reason is null;
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The role stops.
        }
    }

    /// <summary>
    /// The answer, or that it takes too long. Waited for from outside and without cancelling: Npgsql's cancellation asks the server as well, and
    /// waits without a limit for one that hangs.
    /// </summary>
    private async Task<string?> AnswerAsync(Task<string?> asked, CancellationToken stoppingToken)
    {
        try
        {
            return await asked.WaitAsync(Limit, clock, stoppingToken);
        }
        catch (TimeoutException)
        {
            return "timed_out";
        }
    }

    private async Task<string?> AskAsync()
    {
        try
        {
            await using var command = postgres.CreateCommand(question);
            await command.ExecuteNonQueryAsync(CancellationToken.None);
            return null;
        }
        catch (Exception failure) when (failure is NpgsqlException or SocketException or IOException or ObjectDisposedException)
        {
            // A wrong password or a missing database is told as well: the role waits until somebody mends it.
            return Dependencies.AbsenceOf(failure)?.Reason ?? (failure as PostgresException)?.SqlState ?? "unreachable";
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1121, LogLevel.Warning, "PostgreSQL: {State}")]
        public static partial void Changed(ILogger logger, string state);
    }
}
