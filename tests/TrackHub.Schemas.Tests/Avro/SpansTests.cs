using FsCheck;
using FsCheck.Fluent;

namespace TrackHub.Schemas.Tests.Avro;

/// <summary>Fields given as spans become the bytes that the record of the same fields becomes.</summary>
public sealed class SpansTests
{
    private static readonly Config Rounds = Config.QuickThrowOnFailure.WithMaxTest(200).WithEndSize(20);

    private delegate void Encoding(ref AvroWriter writer);

    [Fact]
    public void Every_type_is_written_as_by_its_record() => Prop.ForAll(Arb.From(RecordGen.Of<EveryType>()), static record =>
    {
        EncodedBy((ref AvroWriter writer) => SpansOf(record).Encode(ref writer)).ShouldBe(record.ToAvro());
    }).Check(Rounds);

    [Fact]
    public void A_tracked_event_is_written_as_by_its_record() => Prop.ForAll(Arb.From(RecordGen.Of<TrackedEvent>()), static record =>
    {
        EncodedBy((ref AvroWriter writer) => SpansOf(record).Encode(ref writer)).ShouldBe(record.ToAvro());
    }).Check(Rounds);

    [Fact]
    public void User_data_is_written_as_by_its_record() => Prop.ForAll(Arb.From(RecordGen.Of<UserData>()), static record =>
    {
        EncodedBy((ref AvroWriter writer) => SpansOf(record).Encode(ref writer)).ShouldBe(record.ToAvro());
    }).Check(Rounds);

    [Fact]
    public void Only_a_default_span_is_null()
    {
        EncodedBy(static (ref AvroWriter writer) => new PartSpans { Name = "a", PartColour = Colour.Red }.Encode(ref writer)).ShouldBe(new Part { Name = "a" }.ToAvro());
        EncodedBy(static (ref AvroWriter writer) => new MatchKeysSpans { Email = new byte[3].AsSpan(0, 0) }.Encode(ref writer)).ShouldBe(new MatchKeys { Email = [] }.ToAvro());
        EncodedBy(static (ref AvroWriter writer) => new TraitsSpans { Browser = "" }.Encode(ref writer)).ShouldBe(new Traits { Browser = "" }.ToAvro());
        EncodedBy(static (ref AvroWriter writer) => new TraitsSpans { Browser = default }.Encode(ref writer)).ShouldBe(new Traits().ToAvro());
    }

    private static byte[] EncodedBy(Encoding encode)
    {
        var room = new byte[1 << 16];
        var writer = new AvroWriter(room);
        encode(ref writer);
        writer.Overflowed.ShouldBeFalse();
        return room[..writer.Written];
    }

    private static EveryTypeSpans SpansOf(EveryType record) => new()
    {
        Flag = record.Flag,
        Number = record.Number,
        Big = record.Big,
        Real = record.Real,
        Text = record.Text,
        Raw = record.Raw,
        At = record.At,
        Colour = record.Colour,
        MaybeNumber = record.MaybeNumber,
        MaybeTextLast = record.MaybeTextLast,
        MaybeList = record.MaybeList,
        MaybeRaw = record.MaybeRaw,
        Numbers = record.Numbers,
        Grid = record.Grid,
        Gaps = record.Gaps,
        Parts = record.Parts,
        HasPart = record.Part is not null,
        Part = record.Part is { } part ? SpansOf(part) : default,
        Colours = record.Colours,
    };

    private static PartSpans SpansOf(Part record) => new()
    {
        Name = record.Name,
        PartColour = record.PartColour,
    };

    private static TrackedEventSpans SpansOf(TrackedEvent record) => new()
    {
        IngestId = record.IngestId,
        BrandId = record.BrandId,
        Kind = record.Kind,
        EventId = record.EventId,
        EventTime = record.EventTime,
        ReceivedAt = record.ReceivedAt,
        OriginalEventTime = record.OriginalEventTime,
        SessionId = record.SessionId,
        ClickId = record.ClickId,
        Url = record.Url,
        Keys = SpansOf(record.Keys),
        Traits = SpansOf(record.Traits),
        HasSale = record.Sale is not null,
        Sale = record.Sale is { } sale ? SpansOf(sale) : default,
        ValueMinor = record.ValueMinor,
        Currency = record.Currency,
        ConsentAds = record.ConsentAds,
        HasUserData = record.UserData is not null,
        UserData = record.UserData is { } userdata ? SpansOf(userdata) : default,
    };

    private static MatchKeysSpans SpansOf(MatchKeys record) => new()
    {
        Email = record.Email,
        Phone = record.Phone,
        Fbclid = record.Fbclid,
        ExternalId = record.ExternalId,
        Ip = record.Ip,
        IpPrefix = record.IpPrefix,
        UserAgent = record.UserAgent,
    };

    private static TraitsSpans SpansOf(Traits record) => new()
    {
        Browser = record.Browser,
        BrowserMajor = record.BrowserMajor,
        Os = record.Os,
        Language = record.Language,
        TimeZone = record.TimeZone,
        Country = record.Country,
        Region = record.Region,
        Product = record.Product,
        Page = record.Page,
        Referrer = record.Referrer,
        UtmSource = record.UtmSource,
        UtmMedium = record.UtmMedium,
        UtmCampaign = record.UtmCampaign,
        UtmContent = record.UtmContent,
        UtmTerm = record.UtmTerm,
        Gclid = record.Gclid,
    };

    private static SaleSpans SpansOf(Sale record) => new()
    {
        Gateway = record.Gateway,
        ConnectionId = record.ConnectionId,
        SaleId = record.SaleId,
        Reference = record.Reference,
        Names = record.Names,
        DeliveryId = record.DeliveryId,
        Kind = record.Kind,
        GatewayEvent = record.GatewayEvent,
        Test = record.Test,
        Method = record.Method,
        AmountMinor = record.AmountMinor,
        NetMinor = record.NetMinor,
        Currency = record.Currency,
        ProductId = record.ProductId,
        ProductName = record.ProductName,
        OfferId = record.OfferId,
        Coupon = record.Coupon,
        Installments = record.Installments,
        SubscriptionId = record.SubscriptionId,
        Cycle = record.Cycle,
    };

    private static SealedBoxSpans SpansOf(SealedBox record) => new()
    {
        KeyId = record.KeyId,
        Box = record.Box,
    };

    private static UserDataSpans SpansOf(UserData record) => new()
    {
        Em = record.Em,
        Ph = record.Ph,
        Fn = record.Fn,
        Ln = record.Ln,
        Ct = record.Ct,
        St = record.St,
        Zp = record.Zp,
        Country = record.Country,
        Db = record.Db,
        Ge = record.Ge,
        ExternalId = record.ExternalId,
        ClientIpAddress = record.ClientIpAddress,
        ClientUserAgent = record.ClientUserAgent,
        Fbc = record.Fbc,
        Fbp = record.Fbp,
    };
}
