using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Matching.Sales;

/// <summary>Turns records into sales; what is none goes to the dead letters, and its neighbours go on.</summary>
internal sealed class SaleReader(BatchDecoder decoder, BrandGate brands, DeadLetters deadLetters)
{
    /// <summary>Stage named in dead letters.</summary>
    public const string Stage = "matcher";

    /// <summary>The sales of a batch in its order.</summary>
    public async Task<List<SaleEvent>> ReadAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        var sales = new List<SaleEvent>(batch.Count);
        foreach (var (record, tracked) in await decoder.DecodeAsync<TrackedEvent>(batch, Stage, cancellationToken))
        {
            var brand = brands.Find(tracked);
            var fault = tracked switch
            {
                { Kind: not EventKind.Sale } or { Sale: null } => ("not_a_sale", $"A record of kind {tracked.Kind} stands among the sales."),
                _ when !Guid.TryParseExact(tracked.IngestId, "D", out _) => ("malformed", "The ingest_id is not a UUID."),
                _ when brand is null => ("unknown_brand", $"Brand {tracked.BrandId} does not exist."),
                _ => ((string Reason, string Detail)?)null,
            };
            if (fault is { } dead)
                await deadLetters.WriteAsync(record, Stage, dead.Reason, dead.Detail, new DeadEvent(tracked.BrandId, tracked.IngestId, tracked.EventId), cancellationToken);
            else
                sales.Add(new(record, tracked, tracked.Sale!, brand!, PassOf(record.Coordinates.Topic)));
        }

        return sales;
    }

    private static int PassOf(string topic) =>
        topic == Topics.PendingMatch5S.Name ? 2 : topic == Topics.PendingMatch60S.Name ? SaleEvent.LastPass : 1;
}
