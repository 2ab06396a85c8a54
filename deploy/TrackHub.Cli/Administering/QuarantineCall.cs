using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TrackHub.Cli.Output;
using TrackHub.Cli.Reading;
using TrackHub.Ingest.Quarantining;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Cli.Administering;

/// <summary>Lets in what waits in quarantine for a connection's right secret.</summary>
internal static class QuarantineCall
{
    // Day keys live eight days: what is older cannot be opened any more.
    private static readonly TimeSpan Kept = TimeSpan.FromDays(8);

    /// <summary>What the column of a connection's quarantine shows: <c>17 waiting, secret mismatch</c>.</summary>
    public static string Text(ConnectionRow row) => row.Waiting is 0 ? "" : $"{row.Waiting} waiting, " + row.WaitingReason switch
    {
        "secret_unusable" => "no usable secret",
        "timestamp_out_of_window" => "signed too long ago",
        _ => "secret mismatch",
    };

    /// <summary>Checks everything that waits for a connection again, and tells what came of it.</summary>
    public static async Task ReverifyAsync(ParseResult call, ConnectionRow connection, Printer printer, CancellationToken cancellationToken)
    {
        using var host = PlatformServices.Create(call);
        await host.StartAsync(cancellationToken);   // loads the directory, with the secret that is in force now
        var report = await ReverifyAsync(host.Services, connection, cancellationToken);
        await host.StopAsync(cancellationToken);
        printer.Say($"quarantine: {report.Admitted} admitted, {report.Unproven} still do not prove themselves, {report.Gone} too old to open");
    }

    private static async Task<ReleaseReport> ReverifyAsync(IServiceProvider services, ConnectionRow connection, CancellationToken cancellationToken)
    {
        var release = services.GetRequiredService<QuarantineRelease>();
        var report = default(ReleaseReport);
        foreach (var kept in await WaitingAsync(services, connection, cancellationToken))
            report = report.Add(await release.TryAsync(kept));
        return report;
    }

    /// <summary>What waits for a connection, oldest first. The topic decides: the table follows it with a delay.</summary>
    private static async Task<IReadOnlyList<QuarantinedWebhook>> WaitingAsync(
        IServiceProvider services, ConnectionRow connection, CancellationToken cancellationToken)
    {
        var codec = services.GetRequiredService<RecordCodec>();
        var since = services.GetRequiredService<TimeProvider>().GetUtcNow() - Kept;
        using var reader = new TopicReader(services.GetRequiredService<IOptions<KafkaOptions>>().Value);
        var (waiting, admitted) = (new List<QuarantinedWebhook>(), new HashSet<string>());
        await foreach (var records in reader.ReadAsync(Topics.Quarantine.Name, new(new LogPlace(Offset: null, Time: since), To: null, Follow: false), cancellationToken))
        {
            await codec.PrepareAsync(records, cancellationToken);
            foreach (var record in records)
            {
                if (!codec.TryDecode<QuarantinedWebhook>(record, out var webhook, out _) || webhook.ConnectionId != connection.Id)
                    continue;
                if (webhook.State is QuarantineState.Admitted)
                    admitted.Add(webhook.QuarantineId);
                else
                    waiting.Add(webhook);
            }
        }

        return [.. waiting.Where(one => !admitted.Contains(one.QuarantineId)).OrderBy(static one => one.ReceivedAt)];
    }
}
