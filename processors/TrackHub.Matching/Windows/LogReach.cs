namespace TrackHub.Matching.Windows;

/// <summary>One partition of the log as a rebuild finds it.</summary>
/// <param name="Low">Its first offset.</param>
/// <param name="Start">Where the rebuild begins: the first record of the longest window.</param>
/// <param name="End">Behind its last record.</param>
/// <param name="FirstAt">Append time of the record at <see cref="Start"/>; null if none was read.</param>
internal readonly record struct PartitionReach(long Low, long Start, long End, DateTimeOffset? FirstAt);

/// <summary>Says how far back the log reaches, and so which clicks only the table still has.</summary>
internal static class LogReach
{
    /// <summary>A click's id is made by the ingress's clock, its append time by the broker's: they may disagree so far.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromMinutes(15);

    /// <summary>Clicks accepted before this time may have left the log; null if none can have.</summary>
    /// <remarks>
    /// A partition that was cut knows nothing from before its first record, or from before now if none is left. One that was never cut is whole,
    /// unless all are young: what was accepted before the first record of all came to another log, which is lost.
    /// </remarks>
    public static DateTimeOffset? CompleteSince(IReadOnlyList<PartitionReach> partitions, DateTimeOffset now)
    {
        if (partitions.All(static p => p is { Low: 0, Start: 0 }))
            return (partitions.Min(static p => p.FirstAt) ?? now) + Margin;
        return partitions.Where(static p => p.Low > 0 && p.Start <= p.Low).Select(p => (p.FirstAt ?? now) + Margin).Cast<DateTimeOffset?>().Max();
    }
}
