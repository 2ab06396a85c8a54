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
/// Of a record that a rebuild has read again the letter is written already, and what happened before the rebuild begins is left out: it has its rows.
/// </remarks>
internal sealed class RecordSorter(BatchDecoder decoder, DeadLetters deadLetters, LedgerMetrics metrics)
{
    /// <summary>Stage named in dead letters.</summary>
    public const string Stage = "ledger";

    private static readonly HashSet<string> OthersTopics =
        [.. Journey.Steps.Where(static step => step.Group is not null).Select(static step => step.Topic.Name)];

    /// <summary>The records of the batch by kind. Every unusable one whose letter is ours is durably in the dead letters when this returns.</summary>
    public async Task<DecodedRecords> SortAsync(RecordBatch batch, LedgerOffsets offsets, CancellationToken cancellationToken)
    {
        var sorted = new DecodedRecords();
        foreach (var group in batch.GroupBy(r => (r.Coordinates.Topic, RebuiltFrom: offsets.RebuiltFrom(r.Coordinates))))
        {
            var (topic, part) = (group.Key.Topic, new Part([.. group], group.Key.RebuiltFrom));
            if (topic == Topics.Conversions.Name)
                await AddAsync<Conversion>(sorted.Conversions, part, static c => (c.IngestId, c.BrandId), cancellationToken);
            else if (topic == Topics.EventOutcomes.Name)
                await AddAsync<EventOutcome>(sorted.Outcomes, part, static o => (o.IngestId, o.BrandId), cancellationToken);
            else if (topic == Topics.Alerts.Name)
                await AddAlertsAsync(sorted.Alerts, part, cancellationToken);
            else if (topic == Topics.Quarantine.Name)
                await AddQuarantinedAsync(sorted.Quarantined, part, cancellationToken);
            else if (topic == Topics.DeadLetters.Name)
                await AddDeadLettersAsync(sorted.DeadLetters, part, cancellationToken);
            else if (Topics.Find(topic)?.ValueType == typeof(DispatchReady))
                await AddAsync<DispatchReady>(sorted.Dispatches, part, static d => (d.IngestId, d.BrandId), cancellationToken);
            else
                await AddAsync<TrackedEvent>(IsPending(topic) ? sorted.Waiting : sorted.Events, part, static e => (e.IngestId, e.BrandId), cancellationToken);
        }

        return sorted;
    }

    private static bool IsPending(string topic) => topic == Topics.PendingMatch5S.Name || topic == Topics.PendingMatch60S.Name;

    private Task<IReadOnlyList<Decoded<T>>> DecodeAsync<T>(Part part, CancellationToken cancellationToken)
        where T : IAvroRecord<T> =>
        part.HasLetters ? decoder.DecodeAsync<T>(part.Records, Stage, cancellationToken) : decoder.DecodeAsSecondAsync<T>(part.Records, cancellationToken);

    private async Task AddAsync<T>(
        List<Source<T>> into, Part part, Func<T, (string IngestId, string BrandId)> idsOf, CancellationToken cancellationToken)
        where T : IAvroRecord<T>
    {
        foreach (var (record, value) in await DecodeAsync<T>(part, cancellationToken))
        {
            var ids = idsOf(value);
            if (FaultOf(record, ids.IngestId, ids.BrandId, out var ingestId) is { } fault)
                await RefuseAsync(part, record, fault.Reason, fault.Detail, cancellationToken);
            else if (EventIds.TimeOf(ids.IngestId) is var ingestedAt && !part.IsKept(ingestedAt))
                into.Add(new(value, ingestId, ingestedAt, record.Coordinates) { RebuiltFrom = part.RebuiltFrom });
        }
    }

    private async Task AddAlertsAsync(List<(Alert Value, RecordCoordinates Coordinates)> into, Part part, CancellationToken cancellationToken)
    {
        foreach (var (record, alert) in await DecodeAsync<Alert>(part, cancellationToken))
        {
            // An alert of the whole system names no brand.
            if (alert.BrandId is { } brand && BrandClaim.FaultOf(record, brand) is { } mismatch)
                await RefuseAsync(part, record, BrandClaim.Mismatch, mismatch, cancellationToken);
            else
                into.Add((alert, record.Coordinates));
        }
    }

    private async Task AddQuarantinedAsync(
        List<(QuarantinedWebhook Value, RecordCoordinates Coordinates)> into, Part part, CancellationToken cancellationToken)
    {
        foreach (var (record, webhook) in await DecodeAsync<QuarantinedWebhook>(part, cancellationToken))
        {
            if (FaultOf(record, webhook.QuarantineId, webhook.BrandId, out _) is { } fault)
                await RefuseAsync(part, record, fault.Reason, fault.Detail, cancellationToken);
            else if (!part.IsKept(webhook.ReceivedAt))
                into.Add((webhook, record.Coordinates));
        }
    }

    private async Task AddDeadLettersAsync(List<(DeadLetter Value, RecordCoordinates Coordinates)> into, Part part, CancellationToken cancellationToken)
    {
        foreach (var (record, letter) in await DecodeAsync<DeadLetter>(part, cancellationToken))
        {
            if (!part.IsKept(letter.At))
                into.Add((letter, record.Coordinates));
        }
    }

    private async Task RefuseAsync(Part part, StreamRecord record, string reason, string detail, CancellationToken cancellationToken)
    {
        if (!part.HasLetters) return;

        metrics.Refused(reason);
        await deadLetters.WriteAsync(record, Stage, reason, detail, new(null, null, null), cancellationToken);
    }

    private static (string Reason, string Detail)? FaultOf(StreamRecord record, string ingestIdText, string brandId, out Guid ingestId)
    {
        if (!EventIds.TryParseIngestId(ingestIdText, out ingestId))
            return ("ingest_id_invalid", "The ingest_id is not a UUIDv7 of 36 characters.");
        return BrandClaim.FaultOf(record, brandId) is { } mismatch ? (BrandClaim.Mismatch, mismatch) : null;
    }

    /// <summary>Records of one topic.</summary>
    /// <param name="Records">The records.</param>
    /// <param name="RebuiltFrom">Where they are read a second time, from when on their rows are made again; else null.</param>
    private sealed record Part(List<StreamRecord> Records, DateTimeOffset? RebuiltFrom)
    {
        /// <summary>Whether the letters of its unusable records are ours, and still to be written.</summary>
        public bool HasLetters => RebuiltFrom is null && !OthersTopics.Contains(Records[0].Coordinates.Topic);

        /// <summary>Whether what happened then has its rows.</summary>
        public bool IsKept(DateTimeOffset at) => at < RebuiltFrom;
    }
}
