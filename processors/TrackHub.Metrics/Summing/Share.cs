using TrackHub.Platform.Performance;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Summing;

/// <summary>What one fact adds to the sums, and where.</summary>
/// <param name="Source">Meta, google or organic; it counts in aggregated as well.</param>
/// <param name="Starts">The periods it lies in.</param>
/// <param name="Sums">What it adds to each.</param>
internal sealed record Share(MetricSource Source, BucketStarts Starts, Sums Sums);

/// <summary>The sums of one brand, source and period.</summary>
internal readonly record struct BucketKey(string BrandId, MetricSource Source, MetricPeriod Period, DateTimeOffset Start) : IComparable<BucketKey>
{
    /// <summary>The order in which rows are locked, by every writer.</summary>
    public int CompareTo(BucketKey other) =>
        string.CompareOrdinal(BrandId, other.BrandId) is not 0 and var brand ? brand
        : Source != other.Source ? Source.CompareTo(other.Source)
        : Period != other.Period ? Period.CompareTo(other.Period)
        : Start.CompareTo(other.Start);
}

/// <summary>What a transaction changes about the sums. Not thread-safe.</summary>
internal sealed class BucketDeltas
{
    private readonly Dictionary<BucketKey, Sums> _deltas = [];

    /// <summary>Sums that change, in the order of their keys.</summary>
    public IReadOnlyList<KeyValuePair<BucketKey, Sums>> Changed =>
        [.. _deltas.Where(static delta => delta.Value != default).OrderBy(static delta => delta.Key)];

    /// <summary>Takes a fact's old share out and puts its new one in.</summary>
    public void Replace(string brandId, Share? old, Share? @new)
    {
        if (old == @new)
            return;
        if (old is not null)
            Add(brandId, old, -old.Sums);
        if (@new is not null)
            Add(brandId, @new, @new.Sums);
    }

    private void Add(string brandId, Share share, Sums sums)
    {
        foreach (var source in (ReadOnlySpan<MetricSource>)[share.Source, MetricSource.Aggregated])
        {
            Add(new(brandId, source, MetricPeriod.Hourly, share.Starts.Hour), sums);
            Add(new(brandId, source, MetricPeriod.Daily, share.Starts.Day), sums);
            Add(new(brandId, source, MetricPeriod.Weekly, share.Starts.Week), sums);
        }
    }

    private void Add(BucketKey key, Sums sums)
    {
        ref var delta = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_deltas, key, out _);
        delta += sums;
    }
}
