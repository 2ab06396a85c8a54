using FsCheck;
using FsCheck.Fluent;
using TrackHub.Matching.Windows;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;

namespace TrackHub.Matching.Tests.Windows;

public sealed class ClickRecordFormatTests
{
    private const string Page = "loja.example.com/oferta";

    private static readonly SealedBox Box = new() { KeyId = KeyRef.Window.Id, Box = [.. Enumerable.Range(0, 40).Select(static i => (byte)i)] };

    private static readonly TrackedEvent Click = new()
    {
        IngestId = "",
        BrandId = "",
        Kind = EventKind.Click,
        EventId = "00112233445566778899aabbccddeeff",
        EventTime = DateTimeOffset.FromUnixTimeMilliseconds(1_763_640_000_123),
        ReceivedAt = DateTimeOffset.FromUnixTimeMilliseconds(1_763_640_000_456),
        SessionId = "s-1",
        ClickId = "th_0000000000000000000000000a",
        Url = $"https://{Page}?utm_source=facebook&utm_campaign=%5BVENDAS%5D%20Mar%C3%A7o",
        Keys = new() { Email = [1, 2, 3], Fbclid = [] },
        Traits = new() { Page = Page, UtmSource = "facebook", UtmCampaign = "[VENDAS] Março" },
        ConsentAds = true,
        UserData = Box,
    };

    [Fact]
    public void The_bytes_of_a_record_are_frozen() =>
        Convert.ToHexStringLower(ClickRecordFormat.Encode(Click, null)).ShouldBe(
            "01" + "ef17" + "fbfc8a89aa33" + "c8ff8a89aa33" + "21" + "00112233445566778899aabbccddeeff" + "06" + "732d31"
            + "3a" + "74685f3030303030303030303030303030303030303030303030303061" + "01" + "02" + "01" + "07"
            + "03" + "010203" + "17" + "6c6f6a612e6578616d706c652e636f6d2f6f6665727461" + "08" + "66616365626f6f6b" + "0f" + "5b56454e4441535d204d6172c3a76f");

    [Fact]
    public void An_address_that_says_what_the_traits_say_costs_four_bytes()
    {
        var without = ClickRecordFormat.Encode(Click with { Url = null }, Box);

        ClickRecordFormat.Encode(Click, Box).Length.ShouldBe(without.Length + 4);
    }

    [Fact]
    public void What_only_windows_or_the_log_need_is_left_out()
    {
        var tracked = Click with
        {
            Keys = new() { Fbclid = [9, 9], Ip = [1], IpPrefix = [2], UserAgent = [3], ExternalId = [4] },
            Traits = new() { Browser = "chrome", Country = "br", Referrer = "example.com" },
            Url = null,
            ValueMinor = 100,
            Currency = "BRL",
        };

        ClickRecordFormat.TryDecode(ClickRecordFormat.Encode(tracked, null), out var kept).ShouldBeTrue();

        kept.ShouldBeEquivalentTo(tracked with { Keys = new() { Fbclid = [] }, Traits = new(), ValueMinor = null, Currency = null, UserData = null });
    }

    [Fact]
    public void Any_event_comes_back_as_it_was()
    {
        var text = Gen.Elements("", "a", "facebook", "[VENDAS] Março + 50%", "a+b c", "x&y=z", "😀", new string('k', 300));
        var maybe = Gen.OneOf(text.Select(static t => (string?)t), Gen.Constant((string?)null));
        var page = Gen.Elements(null, Page, "");
        var url =
            from scheme in Gen.Elements("https://", "http://", "ftp://", "")
            from host in Gen.Elements(Page, "other.example.com", Page + "/more")
            from query in Gen.Elements(
                "", "?", "?utm_source=facebook", "?utm_source=a+b+c&utm_term=a%2Bb%20c", "?utm_id=7&utm_medium=", "?utm_source=facebook&&utm_source=facebook", "?utm_campaign=%5BVENDAS%5D+Mar%C3%A7o+%2B+50%25", "/?x=1")
            select scheme + host + query;
        var id = Gen.Elements("", "s-1", "00ff", "00FF", "0ff", "6f9619ff-8b86-d011-b42d-00cf4fc964ff", new string('z', 128));
        var events =
            from kind in Gen.Elements(EventKind.Click, EventKind.PageView, EventKind.InitiateCheckout)
            from eventId in id
            from session in Gen.OneOf(id.Select(static i => (string?)i), Gen.Constant((string?)null))
            from address in Gen.OneOf(url.Select(static u => (string?)u), Gen.Constant((string?)null))
            from onPage in page
            from utm in Gen.ArrayOf(maybe, 5)
            from ads in Gen.Elements(null, true, (bool?)false)
            from at in Gen.Choose(0, int.MaxValue)
            from mail in Gen.Elements(null, new byte[16])
            from box in Gen.Elements(null, Box)
            select Click with
            {
                Kind = kind,
                EventId = eventId,
                SessionId = session,
                ClickId = session,
                Url = address,
                EventTime = DateTimeOffset.FromUnixTimeMilliseconds(at * 900L),
                Keys = new() { Email = mail, Phone = mail },
                Traits = new() { Page = onPage, UtmSource = utm[0], UtmMedium = utm[1], UtmCampaign = utm[2], UtmContent = utm[3], UtmTerm = utm[4], Gclid = utm[0] },
                ConsentAds = ads,
                UserData = box,
            };

        Prop.ForAll(events.ToArbitrary(), static tracked =>
        {
            ClickRecordFormat.TryDecode(ClickRecordFormat.Encode(tracked, tracked.UserData), out var kept).ShouldBeTrue();
            kept.ShouldBeEquivalentTo(tracked);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Any_bytes_are_read_or_refused_and_never_throw()
    {
        var whole = ClickRecordFormat.Encode(Click, Box);

        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), Gen.Choose(0, whole.Length - 1).ToArbitrary(), (bytes, at) =>
        {
            _ = ClickRecordFormat.TryDecode(bytes, out _);
            _ = ClickRecordFormat.TryDecode([.. whole[..at], .. bytes, .. whole[at..]], out _);
            _ = ClickRecordFormat.TryDecode(whole[..at], out _);
        }).QuickCheckThrowOnFailure();
    }
}
