using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TrackHub.Ingest.Listening;
using TrackHub.Platform.Hosting;

namespace TrackHub.Ingest.Rehearsing;

/// <summary>
/// Plays webhooks and clicks to a <see cref="RehearsalStage"/> before the process is called ready: code that has never run is compiled while somebody waits for it,
/// and the first half second of a new ingress would miss the 200 ms that a gateway is promised. The port is open meanwhile.
/// </summary>
internal sealed partial class Rehearsal(IOptions<IngestOptions> options, Readiness readiness, TimeProvider clock, ILogger<Rehearsal> logger) : BackgroundService
{
    private const string Dependency = "rehearsal";

    // It takes a third of a second. A machine on which it takes so much longer serves unrehearsed, rather than not at all.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Reports before the host goes on to open the port: what nobody has reported counts as ready.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        readiness.Report(Dependency, ready: false, "the code of a webhook is being compiled");
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = clock.GetTimestamp();
        using var late = new CancellationTokenSource(Limit, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, late.Token);
        try
        {
            await using var stage = await RehearsalStage.SetUpAsync(options.Value.SpoolDirectory, limit.Token);
            await stage.PlayAsync(limit.Token);
            Played(logger, (long)clock.GetElapsedTime(started).TotalMilliseconds);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or SocketException or HttpRequestException
            || (fault is OperationCanceledException && !stoppingToken.IsCancellationRequested))
        {
            // Slower for its first webhooks, and no worse. What ails disk or machine is told where it hurts.
            NotPlayed(logger, fault.GetType().Name);
        }

        readiness.Report(Dependency, ready: true);
    }

    [LoggerMessage(2126, LogLevel.Information, "Webhooks and clicks were played to this process for {Milliseconds} ms; the first real ones find it warm")]
    private static partial void Played(ILogger logger, long milliseconds);

    [LoggerMessage(2127, LogLevel.Warning, "The rehearsal was given up ({Fault}): the first webhooks take longer, nothing else is wrong")]
    private static partial void NotPlayed(ILogger logger, string fault);
}
