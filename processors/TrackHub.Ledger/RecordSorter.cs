using TrackHub.Ledger.Projecting;
using TrackHub.Platform.Books;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Ledger;

/// <summary>Decodes a batch and sorts its records by kind; what cannot be a row is left out.</summary>
/// <remarks>
/// One poison record has one dead letter, written by the group the record is meant for: the matcher's or the dispatcher's on the topics an event
/// travels by, the ledger's on all others. All judge ids and brands by the same rules, so that no record falls between them.
/// </remarks>
internal sealed class RecordSorter(BatchDecoder decoder, DeadLetters deadLetters, LedgerMetrics metrics)
{
    /// <summary>Stage named in dead letters.</summary>
    public const string Stage = "ledger";

    private static readonly HashSet<string> OthersTopics =
        [.. Journey.Steps.Where(static step => step.Group is not null).Select(static step => step.Topic.Name)];

    /// <summary>The records of the batch by kind. Every unusable one whose letter is ours is durably in the dead letters when this returns.</summary>
    public async Task<DecodedRecords> SortAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        var sorted = new DecodedRecords();
        foreach (var topic in batch.GroupBy(static r => r.Coordinates.Topic))
        {
            var records = topic.ToList();
            if (topic.Key == Topics.Conversions.Name)
                await AddAsync<Conversion>(sorted.Conversions, records, static c => (c.IngestId, c.BrandId), cancellationToken);
            else if (topic.Key == Topics.EventOutcomes.Name)
                await AddAsync<EventOutcome>(sorted.Outcomes, records, static o => (o.IngestId, o.BrandId), cancellationToken);
            else if (topic.Key == Topics.Alerts.Name)
                await AddAlertsAsync(sorted.Alerts, records, cancellationToken);
            else if (topic.Key == Topics.Quarantine.Name)
                await AddQuarantinedAsync(sorted.Quarantined, records, cancellationToken);
            else if (topic.Key == Topics.DeadLetters.Name)
                sorted.DeadLetters.AddRange((await decoder.DecodeAsync<DeadLetter>(records, Stage, cancellationToken)).Select(static d => (d.Value, d.Record.Coordinates)));
            else if (Topics.Find(topic.Key)?.ValueType == typeof(DispatchReady))
                await AddAsync<DispatchReady>(sorted.Dispatches, records, static d => (d.IngestId, d.BrandId), cancellationToken);
            else
                await AddAsync<TrackedEvent>(IsPending(topic.Key) ? sorted.Waiting : sorted.Events, records, static e => (e.IngestId, e.BrandId), cancellationToken);
        }

        return sorted;
    }

    private static bool IsPending(string topic) => topic == Topics.PendingMatch5S.Name || topic == Topics.PendingMatch60S.Name;

    private async Task AddAsync<T>(
        List<Source<T>> into, List<StreamRecord> records, Func<T, (string IngestId, string BrandId)> idsOf, CancellationToken cancellationToken)
        where T : IAvroRecord<T>
    {
        var isOthers = OthersTopics.Contains(records[0].Coordinates.Topic);
        var decoded = isOthers
            ? await decoder.DecodeAsSecondAsync<T>(records, cancellationToken)
            : await decoder.DecodeAsync<T>(records, Stage, cancellationToken);
        foreach (var (record, value) in decoded)
        {
            var ids = idsOf(value);
            if (FaultOf(record, ids.IngestId, ids.BrandId, out var ingestId) is not { } fault)
            {
                into.Add(new(value, ingestId, EventIds.TimeOf(ids.IngestId), record.Coordinates));
            }
            else if (!isOthers)
            {
                await RefuseAsync(record, fault.Reason, fault.Detail, cancellationToken);
            }
        }
    }

    private async Task AddAlertsAsync(List<(Alert Value, RecordCoordinates Coordinates)> into, List<StreamRecord> records, CancellationToken cancellationToken)
    {
        foreach (var (record, alert) in await decoder.DecodeAsync<Alert>(records, Stage, cancellationToken))
        {
            // An alert of the whole system names no brand.
            if (alert.BrandId is { } brand && BrandClaim.FaultOf(record, brand) is { } mismatch)
                await RefuseAsync(record, BrandClaim.Mismatch, mismatch, cancellationToken);
            else
                into.Add((alert, record.Coordinates));
        }
    }

    private async Task AddQuarantinedAsync(
        List<(QuarantinedWebhook Value, RecordCoordinates Coordinates)> into, List<StreamRecord> records, CancellationToken cancellationToken)
    {
        foreach (var (record, webhook) in await decoder.DecodeAsync<QuarantinedWebhook>(records, Stage, cancellationToken))
        {
            if (FaultOf(record, webhook.QuarantineId, webhook.BrandId, out _) is { } fault)
                await RefuseAsync(record, fault.Reason, fault.Detail, cancellationToken);
            else
                into.Add((webhook, record.Coordinates));
        }
    }

    private async Task RefuseAsync(StreamRecord record, string reason, string detail, CancellationToken cancellationToken)
    {
        metrics.Refused(reason);
        await deadLetters.WriteAsync(record, Stage, reason, detail, new(null, null, null), cancellationToken);
    }

    private static (string Reason, string Detail)? FaultOf(StreamRecord record, string ingestIdText, string brandId, out Guid ingestId)
    {
        if (!EventIds.TryParseIngestId(ingestIdText, out ingestId))
            return ("ingest_id_invalid", "The ingest_id is not a UUIDv7 of 36 characters.");
        return BrandClaim.FaultOf(record, brandId) is { } mismatch ? (BrandClaim.Mismatch, mismatch) : null;
    }
}
