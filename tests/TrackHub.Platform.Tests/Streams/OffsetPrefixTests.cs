using FsCheck;
using FsCheck.Fluent;
using TrackHub.Platform.Streams;

namespace TrackHub.Platform.Tests.Streams;

public sealed class OffsetPrefixTests
{
    [Fact]
    public void The_prefix_grows_only_without_gaps()
    {
        var prefix = new OffsetPrefix();
        foreach (var offset in new long[] { 10, 11, 13 })   // 12 was compacted away
            prefix.Take(offset, epoch: 3);

        prefix.Complete(11, out _).ShouldBeFalse();
        prefix.Complete(10, out var next).ShouldBeTrue();
        next.ShouldBe((12, 3));
        prefix.Complete(13, out next).ShouldBeTrue();
        next.ShouldBe((14, 3));
        prefix.Open.ShouldBe(0);
    }

    [Fact]
    public void Completing_twice_or_what_was_never_taken_changes_nothing()
    {
        var prefix = new OffsetPrefix();
        prefix.Complete(5, out _).ShouldBeFalse();
        prefix.Take(5, epoch: null);
        prefix.Take(6, epoch: null);

        prefix.Complete(6, out _).ShouldBeFalse();
        prefix.Complete(6, out _).ShouldBeFalse();
        prefix.Complete(4, out _).ShouldBeFalse();
        prefix.Complete(5, out var next).ShouldBeTrue();
        next.Offset.ShouldBe(7);
        prefix.Complete(5, out _).ShouldBeFalse();
    }

    [Fact]
    public void In_any_order_each_stored_offset_is_the_first_gap() => Prop.ForAll(
        ArbMap.Default.GeneratorFor<int>().Select(static seed => new Random(seed)).ToArbitrary(),
        static random =>
        {
            var count = random.Next(1, 40);
            var prefix = new OffsetPrefix();
            for (var offset = 0; offset < count; offset++)
                prefix.Take(offset, epoch: null);
            var order = Enumerable.Range(0, count).ToArray();
            random.Shuffle(order);

            var done = new HashSet<long>();
            var stored = 0L;
            foreach (var offset in order)
            {
                done.Add(offset);
                if (prefix.Complete(offset, out var next))
                    stored = next.Offset;
                stored.ShouldBe(Enumerable.Range(0, count + 1).First(gap => !done.Contains(gap)));
            }

            return prefix.Open == 0;
        }).QuickCheckThrowOnFailure();
}
