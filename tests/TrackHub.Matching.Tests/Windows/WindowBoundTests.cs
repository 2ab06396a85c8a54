using FsCheck;
using FsCheck.Fluent;
using TrackHub.Matching.Deciding;
using TrackHub.Matching.Windows;
using TrackHub.Schemas;

namespace TrackHub.Matching.Tests.Windows;

/// <summary>What Redis itself leaves of a full window: <c>Integration/Matching/Windows/BoundTests</c>, and that both agree: <c>MemoryWindowsTests</c>.</summary>
public sealed class WindowBoundTests
{
    private const long Oldest = 1_763_640_000_000;

    [Fact]
    public void Events_bounded_before_they_are_merged_end_as_if_they_were_not()
    {
        var members = Gen.ListOf(
            from kind in Gen.Elements(EventKind.Click, EventKind.PageView, EventKind.InitiateCheckout)
            from at in Gen.Choose(-20, 100)
            from id in Gen.Choose(0, int.MaxValue)
            select Member(kind, at, id));
        var halves = from there in members.Resize(60) from told in members.Resize(120) select (There: Sorted(there), Told: Sorted(told));

        Prop.ForAll(halves.ToArbitrary(), half => Live(Merged(half.There, WindowBound.Of(half.Told, Oldest))).SequenceEqual(Live(Merged(half.There, half.Told)))).QuickCheckThrowOnFailure();

        static IEnumerable<string> Live(IReadOnlyList<(long Score, byte[] Member)> merged) =>
            WindowBound.Of(merged, Oldest).Where(static m => m.Score >= Oldest).Select(static m => Convert.ToHexString(m.Member));
    }

    [Fact]
    public void Of_links_the_newest_stay()
    {
        var links = Enumerable.Range(0, 40).Select(static i => ((long)i, WindowMember.EncodeLink(WindowKeys.IndexOf($"s-{i}")))).ToList();

        WindowBound.Of(links, Oldest).Select(static m => m.Score).ShouldBe(Enumerable.Range(8, 32).Select(static i => (long)i));
    }

    private static List<(long Score, byte[] Member)> Merged(IEnumerable<(long, byte[])> one, IEnumerable<(long, byte[])> other) => Sorted(one.Concat(other));

    private static List<(long Score, byte[] Member)> Sorted(IEnumerable<(long Score, byte[] Member)> members) =>
        [.. members.DistinctBy(static m => Convert.ToHexString(m.Member)).OrderBy(static m => m.Score).ThenBy(static m => Convert.ToHexString(m.Member), StringComparer.Ordinal)];

    private static (long Score, byte[] Member) Member(EventKind kind, int minute, int id)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(Oldest).AddMinutes(minute);
        return (at.ToUnixTimeMilliseconds(), WindowMember.Encode(new Candidate { IngestId = new Guid(id, 0, 0, new byte[8]), EventTime = at, ReceivedAt = at, Kind = kind, AdTouch = false, SessionTag = 0 }));
    }
}
