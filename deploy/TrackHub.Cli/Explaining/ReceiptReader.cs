using Microsoft.Extensions.Options;
using TrackHub.Cli.Reading;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Cli.Explaining;

/// <summary>
/// Reads a record of which the tables know nothing: an event lies in the log twice where the ingress's spool gave what the log had taken after all, or where it
/// waited for its click. The tables keep where it lay first.
/// </summary>
internal sealed class ReceiptReader(IOptions<KafkaOptions> kafka, RecordCodec codec)
{
    private static readonly string[] OfEvents = [Topics.TrackEvents.Name, Topics.IngestEvents.Name, Topics.PendingMatch5S.Name, Topics.PendingMatch60S.Name];

    /// <summary>The ingest id of the event in a record; null where there is none, or the log no longer holds it.</summary>
    /// <exception cref="DependencyAwayException">Broker or registry do not answer.</exception>
    public async Task<string?> IngestIdAsync(RecordCoordinates receipt, CancellationToken cancellationToken)
    {
        if (!OfEvents.Contains(receipt.Topic)) return null;

        using var reader = new TopicReader(kafka.Value);
        var there = new LogPlace(receipt.Offset, null);
        await foreach (var records in reader.ReadAsync(receipt.Topic, new(there, there, Follow: false), cancellationToken))
        {
            if (records.FirstOrDefault(record => record.Coordinates == receipt) is not { } found) continue;

            await codec.PrepareAsync([found], cancellationToken);
            return codec.TryDecode<TrackedEvent>(found, out var tracked, out _) ? tracked.IngestId : null;
        }

        return null;
    }
}
