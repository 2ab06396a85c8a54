using TrackHub.Ledger.Projecting;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Ledger;

/// <summary>Decodes a batch and sorts its records by kind; what cannot be decoded goes to the dead letters.</summary>
internal sealed class RecordSorter(BatchDecoder decoder, DeadLetters deadLetters, LedgerMetrics metrics)
{
    /// <summary>Stage named in dead letters.</summary>
    public const string Stage = "ledger";

    /// <summary>The records of the batch by kind. Every undecodable one is durably in the dead letters when this returns.</summary>
    public async Task<DecodedRecords> SortAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        var sorted = new DecodedRecords();
        foreach (var topic in batch.GroupBy(static r => r.Coordinates.Topic))
        {
            var records = topic.ToList();
            if (topic.Key == Topics.Conversions.Name)
                await AddAsync<Conversion>(sorted.Conversions, records, static c => c.IngestId, cancellationToken);
            else if (topic.Key == Topics.EventOutcomes.Name)
                await AddAsync<EventOutcome>(sorted.Outcomes, records, static o => o.IngestId, cancellationToken);
            else if (topic.Key == Topics.DeadLetters.Name)
                sorted.DeadLetters.AddRange((await decoder.DecodeAsync<DeadLetter>(records, Stage, cancellationToken)).Select(static d => (d.Value, d.Record.Coordinates)));
            else if (topic.Key == Topics.PendingMatch5S.Name || topic.Key == Topics.PendingMatch60S.Name)
                await AddAsync<TrackedEvent>(sorted.Waiting, records, static e => e.IngestId, cancellationToken);
            else if (Topics.Find(topic.Key)?.ValueType == typeof(DispatchReady))
                await AddAsync<DispatchReady>(sorted.Dispatches, records, static d => d.IngestId, cancellationToken);
            else
                await AddAsync<TrackedEvent>(sorted.Events, records, static e => e.IngestId, cancellationToken);
        }

        return sorted;
    }

    private async Task AddAsync<T>(
        List<Source<T>> into, IReadOnlyList<StreamRecord> records, Func<T, string> ingestIdOf, CancellationToken cancellationToken)
        where T : IAvroRecord<T>
    {
        foreach (var (record, value) in await decoder.DecodeAsync<T>(records, Stage, cancellationToken))
        {
            if (Guid.TryParseExact(ingestIdOf(value), "D", out var ingestId) && ingestId.Version == 7)
            {
                into.Add(new(value, ingestId, EventIds.TimeOf(ingestIdOf(value)), record.Coordinates));
                continue;
            }

            metrics.Refused("ingest_id_invalid");
            await deadLetters.WriteAsync(record, Stage, "ingest_id_invalid", "ingest_id is no UUIDv7", cancellationToken);
        }
    }
}
