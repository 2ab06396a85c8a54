using Npgsql;
using TrackHub.Platform.Streams;

namespace TrackHub.Ledger;

/// <summary>
/// Writes batches and finds the records that PostgreSQL refuses for what they say (a NUL in a text, a key too long for its index): those go
/// to the dead letters, their neighbours are written.
/// </summary>
internal sealed class RefusedRows(Projection projection, DeadLetters deadLetters, LedgerMetrics metrics)
{
    private const string Reason = "not_storable";

    /// <inheritdoc cref="Projection.WriteAsync"/>
    public async Task<bool> WriteAsync(RecordBatch batch, DecodedRecords records, LedgerOffsets offsets, CancellationToken cancellationToken)
    {
        try
        {
            return await projection.WriteAsync(batch, records, offsets, cancellationToken);
        }
        catch (PostgresException refusal) when (IsRefusal(refusal))
        {
            var refused = await FindAsync(batch.ToArray(), records, cancellationToken);
            foreach (var record in refused)
            {
                // Of a record that is read a second time too: its first reading may have been taken. One that has its letter keeps that one's row.
                // The code alone: the message may repeat what the record holds.
                await deadLetters.WriteAsync(record, RecordSorter.Stage, Reason, $"PostgreSQL refuses it: SQLSTATE {refusal.SqlState}.", cancellationToken);
                metrics.Refused(Reason);
            }

            return await projection.WriteAsync(batch, records.Of(batch.Except(refused)), offsets, cancellationToken);
        }
    }

    /// <summary>Classes of https://www.postgresql.org/docs/15/errcodes-appendix.html: data, integrity, program limits.</summary>
    private static bool IsRefusal(PostgresException refusal) => refusal.SqlState[..2] is "22" or "23" or "54";

    private async Task<IReadOnlyList<StreamRecord>> FindAsync(
        ArraySegment<StreamRecord> part, DecodedRecords records, CancellationToken cancellationToken)
    {
        try
        {
            await projection.TryAsync(records.Of(part), cancellationToken);
            return [];
        }
        catch (PostgresException refusal) when (IsRefusal(refusal))
        {
            if (part.Count == 1) return part;
        }

        var half = part.Count / 2;
        return
        [
            .. await FindAsync(part[..half], records, cancellationToken),
            .. await FindAsync(part[half..], records, cancellationToken),
        ];
    }
}
