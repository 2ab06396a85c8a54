using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TrackHub.Ingest.Appending;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Tenants;

namespace TrackHub.Ingest.Spooling;

/// <summary>
/// Brings what is in the spool to the log, oldest first, as soon as it answers again: the first record asks, the others follow in batches. What a crash
/// interrupts is brought again, with the same ids.
/// </summary>
internal sealed partial class SpoolDrain(
    Spool spool, IEventLog log, Sealer sealer, TenantDirectory directory, Readiness readiness, IngestMetrics metrics, TimeProvider clock, ILogger<SpoolDrain> logger)
    : BackgroundService
{
    /// <summary>Name of the spool in readiness.</summary>
    public const string Dependency = "spool";

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);

    /// <summary>Opens the spool before the port opens.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        spool.Open();
        if (spool.IsOn)
            Report();
        return base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        spool.IsOn ? Task.WhenAll(DrainAsync(stoppingToken), ReportAsync(stoppingToken)) : Task.CompletedTask;

    private async Task DrainAsync(CancellationToken stoppingToken)
    {
        var pause = FirstPause;
        while (true)
        {
            await spool.HasArrivedAsync(stoppingToken);
            while (spool.First() is { } segment)
            {
                if (segment.ReadOn() is { Count: > 0 } entries)
                {
                    var asks = spool.LogAbsence.IsOn || pause > FirstPause;
                    if (!await TryBringAsync(segment, asks ? entries[..1] : entries, stoppingToken))
                    {
                        await Task.Delay(pause, clock, stoppingToken);
                        pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                        continue;
                    }

                    pause = FirstPause;
                    spool.LogAbsence.End();
                }
                else if (!spool.TryRetire(segment))
                {
                    await spool.HasArrivedAsync(stoppingToken);
                }
                else if (spool.First() is null)
                {
                    Empty(logger);
                }
            }
        }
    }

    private async Task<bool> TryBringAsync(SpoolSegment segment, List<(SpoolEntry Entry, long End)> entries, CancellationToken stoppingToken)
    {
        if (!directory.IsLoaded)
            return false;   // the keys come with it

        var records = new List<SpooledRecord>(entries.Count);
        foreach (var (entry, _) in entries)
        {
            if (Open(segment, entry) is { } record)
                records.Add(record);
        }

        if (records.Count > 0 && !await log.AppendSpooledAsync(records, segment.Schemas, stoppingToken))
            return false;

        spool.Drained(segment, entries[^1].End, entries.Count, entries[^1].Entry.ReceivedAt);
        metrics.Drained(records.Count);
        return true;
    }

    private SpooledRecord? Open(SpoolSegment segment, SpoolEntry entry)
    {
        try
        {
            return SpooledRecord.Parse(sealer.Open(entry.TenantId, SealPurpose.Spool, entry.Box));
        }
        catch (KeyGoneException)
        {
            // Older than eight days, or of a tenant that was removed: shredded as everything of its day.
            metrics.SpoolLost("shredded");
            CannotOpen(logger, entry.ReceivedAt, "its day key is destroyed");
        }
        catch (CryptographicException)
        {
            segment.MarkDamaged();
            metrics.SpoolLost("unreadable");
            CannotOpen(logger, entry.ReceivedAt, "it was sealed under another master key's secrets, or its disk is damaged; its file is kept as .damaged");
        }

        return null;
    }

    private async Task ReportAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(ReportInterval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            Report();
    }

    private void Report()
    {
        var state = spool.State;
        var waits = state.Oldest is { } oldest
            ? string.Create(CultureInfo.InvariantCulture, $"{state.Records} records wait, {state.Bytes} bytes, the oldest for {(clock.GetUtcNow() - oldest).TotalSeconds:0} s")
            : null;
        readiness.Report(Dependency, spool.HasRoom, spool.HasRoom ? waits : $"takes no more; {waits ?? "its disk refuses"}");
    }

    [LoggerMessage(2124, LogLevel.Information, "The spool is empty: all of it is in the log")]
    private static partial void Empty(ILogger logger);

    [LoggerMessage(2125, LogLevel.Error, "A record of {ReceivedAt} in the spool cannot be opened: {Why}")]
    private static partial void CannotOpen(ILogger logger, DateTimeOffset receivedAt, string why);
}
