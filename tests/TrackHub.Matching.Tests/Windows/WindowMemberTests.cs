using FsCheck;
using FsCheck.Fluent;
using TrackHub.Matching.Deciding;
using TrackHub.Matching.Windows;
using TrackHub.Schemas;

namespace TrackHub.Matching.Tests.Windows;

public sealed class WindowMemberTests
{
    private static readonly Candidate Sample = new()
    {
        IngestId = Guid.Parse("019aa122-bfb4-7c11-9f00-0123456789ab"),
        EventTime = DateTimeOffset.FromUnixTimeMilliseconds(1_763_640_000_123),
        ReceivedAt = DateTimeOffset.FromUnixTimeMilliseconds(1_763_640_000_456),
        Kind = EventKind.Click,
        AdTouch = true,
        SessionTag = 0xA1B2C3D4,
    };

    [Fact]
    public void The_bytes_of_a_member_are_frozen() =>
        Convert.ToHexStringLower(WindowMember.Encode(Sample)).ShouldBe(
            "05" + "81" + "019aa122bfb47c119f000123456789ab" + "00000014" + "a1b2c3d4");

    [Fact]
    public void Any_event_comes_back_as_it_was()
    {
        var number = ArbMap.Default.GeneratorFor<uint>();
        var small = ArbMap.Default.GeneratorFor<ushort>();
        var features =
            from ip in number
            from product in number
            from browser in small
            from region in small
            select new Features(ip, ip + 1, ip + 2, browser, 141, 7, 8, region, product, product + 1, product + 2, product + 3);
        var members =
            from at in Gen.Choose(0, int.MaxValue)
            from late in Gen.Choose(-1_000_000_000, 1_000_000_000)
            let ingested = DateTimeOffset.FromUnixTimeMilliseconds(1_500_000_000_000 + at)
            from tag in number
            from with in Gen.Elements(true, false)
            from f in features
            select Sample with
            {
                IngestId = Guid.CreateVersion7(ingested),
                EventTime = DateTimeOffset.FromUnixTimeMilliseconds(at * 900L),
                ReceivedAt = ingested.AddMilliseconds(late),
                SessionTag = tag,
                Features = with ? f : null,
            };

        Prop.ForAll(members.ToArbitrary(), candidate =>
            WindowMember.TryDecode(WindowMember.Encode(candidate), candidate.EventTime.ToUnixTimeMilliseconds(), out var member) && member.Event == candidate).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_link_comes_back_as_it_was()
    {
        var session = WindowKeys.IndexOf("session-1");

        WindowMember.TryDecode(WindowMember.EncodeLink(session), Sample.ReceivedAt.ToUnixTimeMilliseconds(), out var member).ShouldBeTrue();

        member.Event.ShouldBeNull();
        member.Session.ShouldBe(session[..WindowKeys.KeptBytes]);
        member.LinkedAt.ShouldBe(Sample.ReceivedAt);
    }

    [Fact]
    public void Any_bytes_and_score_are_read_or_refused_and_never_throw() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<double>(), (bytes, score) =>
        {
            _ = WindowMember.TryDecode(bytes, score, out _);
            _ = WindowMember.TryDecode([5, .. bytes, .. new byte[26]], score, out _);
        }).QuickCheckThrowOnFailure();
}
