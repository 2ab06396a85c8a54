using TrackHub.Matching.Deciding;
using TrackHub.Matching.Windows;
using TrackHub.Schemas;

namespace TrackHub.Matching.Tests.Windows;

public sealed class WindowEntriesTests
{
    private const string Brand = "brandbrand01";

    private static readonly byte[] Email = [.. Enumerable.Range(1, 16).Select(static i => (byte)i)];

    private static readonly TrackedEvent Click = new()
    {
        IngestId = "019a9d3c-7b3a-7c11-9f00-0123456789ab",
        BrandId = Brand,
        Kind = EventKind.Click,
        EventId = "evt-0123456789abcdef",
        EventTime = DateTimeOffset.FromUnixTimeMilliseconds(1_763_640_000_000),
        ReceivedAt = DateTimeOffset.FromUnixTimeMilliseconds(1_763_640_000_100),
        Keys = new(),
        Traits = new(),
    };

    [Fact]
    public void A_click_stands_under_each_key_it_carries()
    {
        var keys = new MatchKeys { Fbclid = Email, Ip = Email, IpPrefix = Email };

        var entries = WindowEntries.Of(Click with { ClickId = "th_a", SessionId = "s-1", Keys = keys }).ToList();

        entries.Select(static e => e.Key.Letter).ShouldBe(['c', 's', 'f', 'i', 'n']);
        entries.ShouldAllBe(static e => e.Score == 1_763_640_000_000 && e.Kind == WindowKind.Events);
        entries.Count(static e => e.Member[0] == 8).ShouldBe(2, "only the windows of stage 3 carry features");
    }

    [Fact]
    public void An_email_leads_to_the_session_that_gave_it_which_holds_it()
    {
        var entries = WindowEntries.Of(Click with { Kind = EventKind.Identify, SessionId = "s-1", Keys = new() { Email = Email } }).ToList();

        entries.Select(static e => (e.Key.Letter, e.Kind)).ShouldBe([('e', WindowKind.Links), ('h', WindowKind.Identities)]);
        entries.ShouldAllBe(static e => e.Score == 1_763_640_000_100, "who is whose is known since the receipt, whatever the page's clock said");
        WindowMember.TryDecode(entries[0].Member, entries[0].Score, out var link).ShouldBeTrue();
        WindowKeys.Window(Brand, Signal.Session, link.Session!).ShouldBe(WindowKeys.Window(Brand, Signal.Session, WindowKeys.IndexOf("s-1")));
        entries[1].Member.ShouldBe(WindowKeys.Held(Signal.Email, Email));
    }

    [Theory]
    [InlineData(Signal.Email)]
    [InlineData(Signal.Phone)]
    [InlineData(Signal.ExternalId)]
    internal void Whatever_names_a_person_leads_to_the_session_that_gave_it(Signal signal)
    {
        var keys = new MatchKeys
        {
            Email = signal == Signal.Email ? Email : null,
            Phone = signal == Signal.Phone ? Email : null,
            ExternalId = signal == Signal.ExternalId ? Email : null,
        };

        var entries = WindowEntries.Of(Click with { Kind = EventKind.Identify, SessionId = "s-1", Keys = keys }).ToList();

        entries[0].Key.ShouldBe(WindowKeys.Window(Brand, signal, Email));
        entries[1].Member.ShouldBe(WindowKeys.Held(signal, Email));
    }

    [Fact]
    public void An_email_without_a_session_leads_to_the_event_itself()
    {
        var entry = WindowEntries.Of(Click with { Keys = new() { Email = Email } }).ShouldHaveSingleItem();

        WindowMember.TryDecode(entry.Member, entry.Score, out var member).ShouldBeTrue();
        member.Event!.IngestId.ShouldBe(Guid.Parse(Click.IngestId));
    }

    [Fact]
    public void Consent_puts_nothing_into_the_windows_but_its_identity() =>
        WindowEntries.Of(Click with { Kind = EventKind.Consent, SessionId = "s-1" }).ShouldBeEmpty();

    [Fact]
    public void Hashes_are_tagged_by_brand_and_first_byte_of_the_index_and_their_fields_are_the_next_ten()
    {
        var key = WindowKeys.Window(Brand, Signal.Email, Email);

        ((string?)key.ToBucket()).ShouldBe("{brandbrand01:01}3e", "another layout must not read what this one wrote");
        key.ToField().ShouldBe(Email[1..11]);
    }

    [Fact]
    public void Who_gave_an_identity_is_kept_from_its_receipt_or_from_when_it_last_happened()
    {
        var (seen, last) = (Click.ReceivedAt, Click.ReceivedAt.AddDays(3));

        WindowEntries.Of(Click with { Kind = EventKind.Identify, SessionId = "s-1", EventTime = last, Keys = new() { Email = Email } })
            .ShouldAllBe(e => e.KeptFrom == last && e.Score == seen.ToUnixTimeMilliseconds());
        WindowEntries.Of(Click with { Kind = EventKind.Identify, SessionId = "s-1", EventTime = seen.AddDays(-3), Keys = new() { Email = Email } })
            .ShouldAllBe(e => e.KeptFrom == seen);
    }
}
