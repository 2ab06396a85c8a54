using TrackHub.Ingest.Json;
using TrackHub.Ingest.Webhooks;
using TrackHub.Ingest.Webhooks.Kiwify;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;

namespace TrackHub.Benchmarks.Samples;

/// <summary>One full record of each kind the stream is made of; the sale is made by the ingress's own code.</summary>
internal static class SampleRecords
{
    private const string IngestId = "019bc1a0-0000-7000-8000-000000000001";
    private const string ClickId = "th_01hzxk3v5m9q2w8e4r6t7y1u0p";
    private static readonly string EventId = EventIds.ForOrder(SampleBrand.Brand.Id, "Purchase", "kiwify", "sale-1");

    /// <summary>The record of that type.</summary>
    public static T Of<T>()
        where T : class
    {
        object record = typeof(T) == typeof(TrackedEvent) ? Sale() : typeof(T) == typeof(Conversion) ? Converted() : Ready();
        return (T)record;
    }

    /// <summary>Events as the dispatcher has them before a call, with the opened user data of each.</summary>
    public static IReadOnlyList<(DispatchReady Event, UserData UserData)> Opened(int count)
    {
        var person = SampleBrand.People.Seal(SampleBrand.Brand, SamplePeople.Sale(), SampleBrand.Now);
        var userData = SampleBrand.Sealer.OpenUserData(SampleBrand.Brand.TenantId, person.UserData!);
        return [.. Enumerable.Repeat((Ready(), userData), count)];
    }

    private static TrackedEvent Sale()
    {
        var body = SamplePayloads.Bytes("kiwify/order_approved_card.json");
        using var document = StrictJson.Parse(body).Document!;
        var sale = new KiwifyGateway().Map(document.RootElement, new(SampleBrand.Now, "BRL")).Events[0];
        var origin = new SaleOrigin(SampleBrand.Brand, "kiwify", "con_example", SampleBrand.Now);
        return new SaleRecords(SampleBrand.People, SampleBrand.Metrics).Build(sale, origin, SaleRecords.DeliveryIdOf(body, 0), IngestId).Record;
    }

    private static Conversion Converted() => new()
    {
        BrandId = SampleBrand.Brand.Id,
        Gateway = "kiwify",
        SaleId = "00000000-0000-4000-8000-000000000001",
        Revision = 1,
        IngestId = IngestId,
        EventId = EventId,
        Kind = SaleKind.Approved,
        State = SaleKind.Approved,
        Purchase = true,
        EventTime = SampleBrand.Now.AddMinutes(-5),
        ReceivedAt = SampleBrand.Now,
        Method = PaymentMethod.Card,
        AmountMinor = 19_700,
        NetMinor = 17_730,
        Currency = "BRL",
        ProductId = "00000000-0000-4000-8000-000000900001",
        ProductName = "Curso de Exemplo",
        Stage = MatchStage.Deterministic,
        Score = 1,
        RulesVersion = 3,
        Click = new()
        {
            EventId = "ev-0123456789abcdef",
            IngestId = IngestId,
            Kind = EventKind.Click,
            EventTime = SampleBrand.Now.AddMinutes(-30),
            ClickId = ClickId,
            SessionId = "s-0001",
            Page = "loja.example.com/oferta",
            UtmSource = "FB",
            UtmMedium = "feed",
            UtmCampaign = "campanha-exemplo|120200000000000001",
            Source = "meta",
        },
        Evidence =
        [
            new() { Signal = "click_id", Result = "hit", Weight = 1, Candidate = "ev-0123456789abcdef" },
            new() { Signal = "email", Result = "hit", Weight = 1, Candidate = "ev-0123456789abcdef" },
            new() { Signal = "ip", Result = "miss", Weight = 0 },
        ],
        KeysPresent = ["em", "ph", "fn", "ln", "client_ip_address", "client_user_agent", "fbc", "fbp"],
        Quality = 8.7,
        Passes = 1,
        ConsentAds = true,
        ConsentAt = SampleBrand.Now.AddMinutes(-31),
    };

    private static DispatchReady Ready() => new()
    {
        IngestId = IngestId,
        BrandId = SampleBrand.Brand.Id,
        PixelId = "px_0000000000000001",
        EventName = "Purchase",
        EventId = EventId,
        EventTime = SampleBrand.Now.AddMinutes(-5),
        ReceivedAt = SampleBrand.Now,
        ActionSource = "website",
        EventSourceUrl = "https://loja.example.com/oferta?utm_source=FB",
        Gateway = "kiwify",
        SaleId = "00000000-0000-4000-8000-000000000001",
        Revision = 1,
        ValueMinor = 19_700,
        Currency = "BRL",
        ProductId = "00000000-0000-4000-8000-000000900001",
        ProductName = "Curso de Exemplo",
        UserData = SampleBrand.People.Seal(SampleBrand.Brand, SamplePeople.Sale(), SampleBrand.Now).UserData,
    };
}
