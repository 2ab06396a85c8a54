using Npgsql;
using TrackHub.Metrics.Facts;
using TrackHub.Metrics.Grounds;
using TrackHub.Metrics.Summing;
using TrackHub.Platform.Money;
using TrackHub.Platform.Streams;

namespace TrackHub.Metrics;

/// <summary>Takes a batch into facts and sums and writes them with its offsets in one transaction.</summary>
/// <remarks>
/// A fact's row holds its share in the sums. What a batch changes is the difference between the shares of before and after, so a record read twice
/// changes nothing, and a refund lowers the very hour its sale was counted in.
/// </remarks>
internal sealed class Aggregation(NpgsqlDataSource database, FigureMetrics metrics)
{
    // Each time somebody else has committed in between: so many in a row are no chance, but two readers at one work, or a table that refuses rows.
    private const int MostTries = 20;

    private enum Outcome
    {
        Written,
        Fenced,
        Overtaken,
    }

    /// <summary>Writes a batch.</summary>
    /// <returns>False when PostgreSQL's offsets are not those this reader left: nothing was written.</returns>
    /// <exception cref="InvalidOperationException">The facts of the batch were changed by somebody else each time they were about to be written.</exception>
    public async Task<bool> WriteAsync(RecordBatch batch, SortedRecords records, StoredOffsets offsets, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            // Somebody else may have told of the same sale at the same moment, where its records lie in two partitions: then again, with what he wrote.
            if (await TryWriteAsync(batch, records, offsets, cancellationToken) is var outcome and not Outcome.Overtaken)
                return outcome is Outcome.Written;
        }

        throw new InvalidOperationException(
            $"The batch from {batch[0].Coordinates} on was overtaken {MostTries} times in a row: rows of order_facts or spend_facts that it was to write were changed, or refused, each time. " +
            "Look for a second reader of the same topics on this database, and for triggers and rules on these tables.");
    }

    private async Task<Outcome> TryWriteAsync(RecordBatch batch, SortedRecords records, StoredOffsets offsets, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var grounds = await GroundTable.ShareAsync(connection, transaction, records.Brands, cancellationToken);
        var sales = Joined(
            records.Sales.Where(sale => grounds.ContainsKey(sale.Key.BrandId)),
            await SaleFactTable.FindAsync(connection, transaction, records.Sales.Keys, cancellationToken), static (known, told) => known.With(told));
        var spends = Joined(
            records.Spends.Where(spend => grounds.ContainsKey(spend.Key.BrandId)),
            await SpendFactTable.FindAsync(connection, transaction, records.Spends.Keys, cancellationToken), static (known, told) => known.With(told));

        var rates = await RatesAsync(connection, transaction, sales, spends, grounds, cancellationToken);
        var deltas = new BucketDeltas();
        var changedSales = sales.ConvertAll(sale => Replace(sale, sale.After.Key.BrandId, sale.After.ShareIn(grounds[sale.After.Key.BrandId], rates), deltas));
        var changedSpends = spends.ConvertAll(spend => Replace(spend, spend.After.Key.BrandId, spend.After.ShareIn(grounds[spend.After.Key.BrandId], rates), deltas));

        await using var rows = new NpgsqlBatch(connection, transaction);
        SaleFactTable.Writer.AddTo(rows, changedSales);
        SpendFactTable.Writer.AddTo(rows, changedSpends);
        if (rows.BatchCommands.Count > 0 && await rows.ExecuteNonQueryAsync(cancellationToken) != changedSales.Count + changedSpends.Count)
            return Outcome.Overtaken;

        await using var sums = new NpgsqlBatch(connection, transaction);
        BucketTable.AddTo(sums, deltas, grounds);
        if (sums.BatchCommands.Count > 0)
            await sums.ExecuteNonQueryAsync(cancellationToken);
        if (await offsets.AdvanceAsync(batch, connection, transaction, cancellationToken) is not { } committed)
            return Outcome.Fenced;

        await transaction.CommitAsync(cancellationToken);
        committed();
        if (grounds.Count < records.Brands.Count)
            metrics.LeftOut("unknown_brand", records.Sales.Keys.Count(key => !grounds.ContainsKey(key.BrandId)) + records.Spends.Keys.Count(key => !grounds.ContainsKey(key.BrandId)));
        return Outcome.Written;
    }

    /// <summary>What is new among what was told.</summary>
    private static List<Change<TFact>> Joined<TKey, TFact>(
        IEnumerable<KeyValuePair<TKey, TFact>> told, Dictionary<TKey, Kept<TFact>> known, Func<TFact, TFact, TFact> join)
        where TKey : notnull
        where TFact : class
    {
        var changes = new List<Change<TFact>>();
        foreach (var (key, fact) in told)
        {
            var before = known.GetValueOrDefault(key);
            var after = before is null ? fact : join(before.Fact, fact);
            if (before is null || !after.Equals(before.Fact))
                changes.Add(new(before, after));
        }

        return changes;
    }

    private static Kept<TFact> Replace<TFact>(Change<TFact> change, string brandId, Share? share, BucketDeltas deltas)
    {
        deltas.Replace(brandId, change.Before?.Share, share);
        return change.Before is null ? new(change.After, share, 1) : change.Before.Next(change.After, share);
    }

    private static async Task<RateTable> RatesAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, List<Change<SaleFact>> sales, List<Change<SpendFact>> spends,
        IReadOnlyDictionary<string, BrandGround> grounds, CancellationToken cancellationToken)
    {
        var pairs = sales.Where(static sale => sale.After.Payment?.Currency is not null)
            .Select(sale => (From: sale.After.Payment!.Currency!, To: grounds[sale.After.Key.BrandId].Currency))
            .Concat(spends.Select(spend => (From: spend.After.Currency, To: grounds[spend.After.Key.BrandId].Currency)))
            .Where(static pair => pair.From != pair.To).ToHashSet();
        return pairs.Count == 0
            ? RateTable.Empty
            : await RateTable.ReadAsync(connection, transaction, pairs.Select(static pair => pair.From), pairs.Select(static pair => pair.To), cancellationToken);
    }

    private readonly record struct Change<TFact>(Kept<TFact>? Before, TFact After);
}
