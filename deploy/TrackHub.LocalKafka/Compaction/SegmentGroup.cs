using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Compaction;

/// <summary>Closed segments that become one: compaction leaves small ones, which would otherwise stay forever.</summary>
/// <param name="Segments">Side by side, in order of offset.</param>
/// <param name="End">Base offset of the segment behind them.</param>
internal sealed record SegmentGroup(IReadOnlyList<Segment> Segments, long End)
{
    /// <summary>Bytes of all.</summary>
    public long Bytes => Segments.Sum(static segment => segment.Length);

    /// <summary>Readers skip a part of one of them.</summary>
    public bool IsDamaged => Segments.Any(static segment => segment.DamagedBytes > 0);

    /// <summary>Puts the closed segments that start in front of <paramref name="end"/> into groups of at most <paramref name="maxBytes"/>.</summary>
    /// <param name="segments">All segments of a log, the written one last.</param>
    public static IEnumerable<SegmentGroup> Of(IReadOnlyList<Segment> segments, long end, long maxBytes)
    {
        for (var first = 0; first < segments.Count - 1 && segments[first].BaseOffset < end;)
        {
            var next = first + 1;
            var bytes = segments[first].Length;
            while (next < segments.Count - 1
                && segments[next].BaseOffset < end
                && bytes + segments[next].Length <= maxBytes
                && segments[first].DamagedBytes == 0
                && segments[next].DamagedBytes == 0)
            {
                bytes += segments[next++].Length;
            }

            yield return new SegmentGroup([.. segments.Skip(first).Take(next - first)], segments[next].BaseOffset);
            first = next;
        }
    }
}
