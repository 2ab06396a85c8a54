using Npgsql;
using TrackHub.Metrics.Facts;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Auditing;

/// <summary>Says whether revenue is the same in the figures, in the table <c>conversions</c> and on the topic. Singleton, thread-safe.</summary>
/// <remarks>
/// Sale by sale, in the currency it was paid in, so no rate hides a difference; and each figure against the facts it is the sum of. Two roles write the
/// tables and neither waits for the other: a sale differs if it does at every look, from when both have read what was on the topic at the call.
/// </remarks>
public sealed class RevenueAudit(NpgsqlDataSource database, TopicAdmin topics, RangeReader log, RecordCodec codec, TimeProvider clock)
{
    /// <summary>Records of the topic that are read without being asked to: some seconds' worth.</summary>
    public const long UsualRecords = 1_000_000;

    // Whatever is older may have left one place and not yet another: all three forget after thirteen months.
    private static readonly TimeSpan Whole = TimeSpan.FromDays(365);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private const int Page = 5_000;

    /// <summary>Compares.</summary>
    /// <param name="brandId">One brand; null: all.</param>
    /// <param name="from">Only sales first heard of since; null: a year.</param>
    /// <param name="wholeTopic">Reads the topic however long it is.</param>
    /// <param name="patience">How long roles may take to catch up, and sales to agree.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DependencyAwayException">The log does not answer.</exception>
    public async Task<RevenueReport> LookAsync(string? brandId, DateTimeOffset? from, bool wholeTopic, TimeSpan patience, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var since = from is { } asked && asked > clock.GetUtcNow() - Whole ? asked : clock.GetUtcNow() - Whole;
        var topic = (await topics.ListAsync(cancellationToken)).Single(static state => state.Name == Topics.Conversions.Name);
        var behind = await CatchUpAsync(topic, started, patience, cancellationToken);
        var sales = await RevenueQueries.DifferencesAsync(database, brandId, since, cancellationToken);
        while (behind == 0 && sales.Count > 0 && clock.GetElapsedTime(started) < patience)
        {
            await Task.Delay(Pause, clock, cancellationToken);
            sales = [.. sales.Intersect(await RevenueQueries.DifferencesAsync(database, brandId, since, cancellationToken))];
        }

        var brands = await RevenueQueries.RevenueAsync(database, brandId, since, cancellationToken);
        if (behind == 0 && (wholeTopic || topic.Records <= UsualRecords))
        {
            var told = await ToldAsync(topic, brandId, since, cancellationToken);
            sales = [.. sales, .. await UnknownAsync(told, cancellationToken)];
            brands = [.. brands.Select(brand => brand with { Topic = told.Values.Sum(fact => RevenueOf(fact, brand)) })];
        }

        return new(brands, sales, await RevenueQueries.WrongSumsAsync(database, brandId, since, cancellationToken), behind);
    }

    private static long RevenueOf(SaleFact fact, BrandRevenue of) =>
        fact.Key.BrandId == of.BrandId && fact.Payment?.Currency == of.Currency && fact.State is not (SaleKind.Refunded or SaleKind.Chargeback) ? fact.Payment.AmountMinor ?? 0 : 0;

    /// <summary>Waits until both roles have read up to these ends; the number of records one has not when patience ends.</summary>
    private async Task<long> CatchUpAsync(TopicState topic, long started, TimeSpan patience, CancellationToken cancellationToken)
    {
        while (true)
        {
            var behind = Math.Max(await BehindAsync("metrics_offsets", topic, cancellationToken), await BehindAsync("ledger_offsets", topic, cancellationToken));
            if (behind == 0 || clock.GetElapsedTime(started) >= patience)
                return behind;
            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    private async Task<long> BehindAsync(string table, TopicState topic, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select partition, next_offset from {table} where topic = $1");
        command.Parameters.Add(new() { Value = topic.Name });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var read = new Dictionary<int, long>();
        while (await reader.ReadAsync(cancellationToken))
            read[reader.GetInt32(0)] = reader.GetInt64(1);
        return topic.Partitions.Sum(partition => Math.Max(0, partition.HighOffset - Math.Max(partition.LowOffset, read.GetValueOrDefault(partition.Partition))));
    }

    /// <summary>What the topic says of each sale, up to the ends that both roles have read.</summary>
    private async Task<Dictionary<SaleKey, SaleFact>> ToldAsync(TopicState topic, string? brandId, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var told = new SortedRecords();
        var ranges = topic.Partitions.Where(static p => p.HighOffset > p.LowOffset).Select(static p => new LogRange(p.Partition, p.LowOffset, p.HighOffset)).ToList();
        await foreach (var records in log.ReadAsync(topic.Name, ranges, Page, cancellationToken))
        {
            await codec.PrepareAsync(records, cancellationToken);
            foreach (var record in records)
            {
                if (codec.TryDecode<Conversion>(record, out var conversion, out _) && !conversion.Test && (brandId is null || conversion.BrandId == brandId)
                    && BrandClaim.FaultOf(record, conversion.BrandId) is null && Countable.FaultOf(conversion) is null)
                    told.Add(SaleFact.Of(conversion));
            }
        }

        return told.Sales.Where(sale => sale.Value.FirstReceivedAt >= since).ToDictionary();
    }

    /// <summary>Sales of which the topic says what their fact does not know.</summary>
    private async Task<IReadOnlyList<RevenueDifference>> UnknownAsync(Dictionary<SaleKey, SaleFact> told, CancellationToken cancellationToken)
    {
        var unknown = new List<RevenueDifference>();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var page in told.Keys.Chunk(Page))
        {
            var kept = await SaleFactTable.FindAsync(connection, transaction, page, cancellationToken);
            unknown.AddRange(page.Where(key => !kept.TryGetValue(key, out var known) || !known.Fact.With(told[key]).Equals(known.Fact))
                .Take(RevenueQueries.Examples - unknown.Count).Select(static key => new RevenueDifference(key.BrandId, key.Gateway, key.SaleId, "topic")));
        }

        return unknown;
    }
}
