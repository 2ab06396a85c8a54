using TrackHub.Matching.Windows;

namespace TrackHub.Matching.Sales;

/// <summary>
/// Whether the windows hold everything that was in the log before a sale. A partition has passed a time when its newest applied record is
/// younger, or when everything that was in it after the sale was read is applied: so an idle partition holds nobody up.
/// </summary>
/// <param name="ends">End offsets of the partitions, fetched after the sale was read.</param>
internal sealed class Watermark(IReadOnlyDictionary<int, long> ends)
{
    /// <summary>The latest time every partition has passed: a sale appended before it, or at it, may be matched.</summary>
    /// <param name="applied">Applied positions as they are now.</param>
    /// <returns><see cref="DateTimeOffset.MaxValue"/> when everything of the log is applied.</returns>
    public DateTimeOffset Passed(IReadOnlyDictionary<int, AppliedPosition> applied)
    {
        var passed = DateTimeOffset.MaxValue;
        foreach (var (partition, end) in ends)
        {
            if (end == 0)
                continue;
            if (!applied.TryGetValue(partition, out var position))
                return DateTimeOffset.MinValue;
            if (position.NextOffset >= end)
                continue;

            // Strictly younger: a second record of the same millisecond may still lie ahead.
            var time = DateTimeOffset.FromUnixTimeMilliseconds(position.AppendTimeMs).AddMilliseconds(-1);
            if (time < passed)
                passed = time;
        }

        return passed;
    }
}
