using Microsoft.Extensions.Logging;
using TrackHub.Metrics.Facts;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Metrics;

/// <summary>What a batch says, one fact a sale and one an hour of an account.</summary>
internal sealed class SortedRecords
{
    /// <summary>Sales by name.</summary>
    public Dictionary<SaleKey, SaleFact> Sales { get; } = [];

    /// <summary>Spend by hour and account.</summary>
    public Dictionary<SpendKey, SpendFact> Spends { get; } = [];

    /// <summary>The brands of both.</summary>
    public HashSet<string> Brands { get; } = new(StringComparer.Ordinal);

    /// <summary>Takes in what one revision says.</summary>
    public void Add(SaleFact told)
    {
        Brands.Add(told.Key.BrandId);
        Sales[told.Key] = Sales.TryGetValue(told.Key, out var known) ? known.With(told) : told;
    }

    /// <summary>Takes in what one pull says.</summary>
    public void Add(SpendFact told)
    {
        Brands.Add(told.Key.BrandId);
        Spends[told.Key] = Spends.TryGetValue(told.Key, out var known) ? known.With(told) : told;
    }
}

/// <summary>Decodes a batch into facts. What no figure can be made of is left out and counted.</summary>
/// <remarks>Letters of unusable conversions are the ledger's to write, its first reader; those of ad spend are written here.</remarks>
internal sealed partial class RecordSorter(BatchDecoder decoder, DeadLetters deadLetters, FigureMetrics metrics, ILogger<RecordSorter> logger)
{
    /// <summary>Stage named in dead letters.</summary>
    public const string Stage = "metrics";

    /// <summary>The facts of the batch. Every unusable record whose letter is ours is durably in the dead letters when this returns.</summary>
    public async Task<SortedRecords> SortAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        var sorted = new SortedRecords();
        foreach (var topic in batch.GroupBy(static r => r.Coordinates.Topic))
        {
            var records = topic.ToList();
            if (topic.Key == Topics.AdSpend.Name)
                await AddSpendAsync(sorted, records, cancellationToken);
            else
                await AddSalesAsync(sorted, records, cancellationToken);
        }

        return sorted;
    }

    private async Task AddSalesAsync(SortedRecords sorted, List<StreamRecord> records, CancellationToken cancellationToken)
    {
        foreach (var (record, conversion) in await decoder.DecodeAsSecondAsync<Conversion>(records, cancellationToken))
        {
            // Of a test nothing is counted, and nothing is said of it.
            if (conversion.Test)
                continue;

            var reason = BrandClaim.FaultOf(record, conversion.BrandId) is not null ? BrandClaim.Mismatch : Countable.FaultOf(conversion);
            if (reason is null)
            {
                sorted.Add(SaleFact.Of(conversion));
                continue;
            }

            metrics.LeftOut(reason);
            Log.LeftOut(logger, record.Coordinates, reason);
        }
    }

    private async Task AddSpendAsync(SortedRecords sorted, List<StreamRecord> records, CancellationToken cancellationToken)
    {
        foreach (var (record, spend) in await decoder.DecodeAsync<AdSpend>(records, Stage, cancellationToken))
        {
            var mismatch = BrandClaim.FaultOf(record, spend.BrandId);
            var reason = mismatch is not null ? BrandClaim.Mismatch : Countable.FaultOf(spend);
            if (reason is null)
            {
                sorted.Add(SpendFact.Of(spend));
                continue;
            }

            metrics.LeftOut(reason);
            await deadLetters.WriteAsync(record, Stage, reason, mismatch ?? "An amount, time, currency or name in it is out of bounds.", cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(5002, LogLevel.Warning, "{Coordinates} is in no figure: {Reason}")]
        public static partial void LeftOut(ILogger logger, RecordCoordinates coordinates, string reason);
    }
}
