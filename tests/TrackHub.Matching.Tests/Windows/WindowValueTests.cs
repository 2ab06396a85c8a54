using FsCheck;
using FsCheck.Fluent;
using TrackHub.Matching.Windows;

namespace TrackHub.Matching.Tests.Windows;

public sealed class WindowValueTests
{
    private static readonly DateTimeOffset Until = DateTimeOffset.FromUnixTimeSeconds(1_763_640_000);

    [Fact]
    public void The_bytes_of_a_window_are_frozen() =>
        Convert.ToHexStringLower(WindowValue.Of(Until, [(1_763_640_000_123, WindowMember.EncodeLink(new byte[16]))])).ShouldBe(
            "691f02c1" + "019aa122be7b" + "07" + "0000000000000000000000");

    [Fact]
    public void Members_come_back_by_score_and_then_by_their_bytes()
    {
        var one = WindowMember.EncodeLink(WindowKeys.IndexOf("one"));
        var two = WindowMember.EncodeLink(WindowKeys.IndexOf("two"));
        var (low, high) = one.AsSpan().SequenceCompareTo(two) < 0 ? (one, two) : (two, one);

        WindowValue.MembersOf(WindowValue.Of(Until, [(7, high), (7, low), (5, high)])).ShouldBe([(5, high), (7, low), (7, high)], Same.Instance);
    }

    [Fact]
    public void What_follows_a_member_of_an_unknown_kind_is_passed_over()
    {
        var link = WindowMember.EncodeLink(WindowKeys.IndexOf("s-1"));

        WindowValue.MembersOf([.. WindowValue.Of(Until, [(7, link)]), .. new byte[] { 0, 0, 0, 0, 0, 1, 99, 1, 2, 3 }]).Count.ShouldBe(1);
        WindowValue.MembersOf(WindowValue.Of(Until, [(7, link)])[..^1]).ShouldBeEmpty();
    }

    [Fact]
    public void Any_bytes_are_read_or_passed_over() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            _ = WindowValue.MembersOf(bytes);
            _ = WindowValue.MembersOf([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, .. bytes]);
            _ = WindowValue.RecordOf(bytes);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_field_without_a_value_has_no_record_and_no_members()
    {
        WindowValue.RecordOf(null).ShouldBeNull();
        WindowValue.MembersOf(null).ShouldBeEmpty();
        WindowValue.RecordOf(WindowValue.Of(Until, [1, 2])).ShouldBe([1, 2]);
    }

    private sealed class Same : IEqualityComparer<(long Score, byte[] Member)>
    {
        public static readonly Same Instance = new();

        public bool Equals((long Score, byte[] Member) x, (long Score, byte[] Member) y) => x.Score == y.Score && x.Member.AsSpan().SequenceEqual(y.Member);

        public int GetHashCode((long Score, byte[] Member) obj) => obj.Score.GetHashCode();
    }
}
