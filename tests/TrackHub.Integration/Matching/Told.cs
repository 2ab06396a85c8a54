using System.Globalization;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Integration.Matching;

/// <summary>What browsers and gateways tell, in the ingress' words.</summary>
internal sealed class Told(MatchingWorld world, Brand brand)
{
    private static int _number;

    public static string Unique(string what) => string.Create(CultureInfo.InvariantCulture, $"{what}-{Interlocked.Increment(ref _number)}-{Guid.NewGuid():N}");

    public TrackedEvent Click(PersonData? person = null, string? session = null, string? clickId = null) => Browser(EventKind.Click, person, session, clickId);

    public TrackedEvent Browser(EventKind kind, PersonData? person = null, string? session = null, string? clickId = null)
    {
        var sealedPerson = world.Seal(brand, person ?? new());
        var now = world.Clock.GetUtcNow();
        return new()
        {
            IngestId = EventIds.NewIngestId(world.Clock),
            BrandId = brand.Id,
            Kind = kind,
            EventId = EventIds.NewBrowserId(),
            EventTime = now,
            ReceivedAt = now,
            SessionId = session,
            ClickId = clickId,
            Url = "https://loja.example.com/oferta",
            Keys = sealedPerson.Keys,
            Traits = new() { Page = "loja.example.com/oferta", UtmCampaign = "lancamento" },
            UserData = sealedPerson.UserData,
        };
    }

    public TrackedEvent Sale(
        PersonData? person = null, SaleKind kind = SaleKind.Approved, string? saleId = null, long? amount = 19_700, string? session = null, string? clickId = null,
        params IReadOnlyList<string> names)
    {
        var sealedPerson = world.Seal(brand, person ?? new());
        var now = world.Clock.GetUtcNow();
        saleId ??= Unique("sale");
        return new()
        {
            IngestId = EventIds.NewIngestId(world.Clock),
            BrandId = brand.Id,
            Kind = EventKind.Sale,
            EventId = EventIds.ForOrder(brand.Id, "Purchase", "kiwify", saleId),
            EventTime = now,
            ReceivedAt = now,
            SessionId = session,
            ClickId = clickId,
            Keys = sealedPerson.Keys,
            Traits = new(),
            UserData = sealedPerson.UserData,
            Sale = new()
            {
                Gateway = "kiwify",
                ConnectionId = "con_0000000000000001",
                SaleId = saleId,
                DeliveryId = Unique("delivery"),
                Kind = kind,
                GatewayEvent = "order_approved",
                Method = PaymentMethod.Pix,
                AmountMinor = amount,
                Currency = "BRL",
                ProductId = "curso-1",
                ProductName = "Curso",
                Names = names,
            },
        };
    }

    public static PersonData Mail(string email) => new() { Emails = { email } };

    public static PersonData Phone(string phone) => new() { Phones = { phone } };

    public static PersonData Device(string ip, string userAgent = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/141.0.0.0 Mobile Safari/537.36") =>
        new() { Ip = ip, UserAgent = userAgent };

    public static PersonData Ad(string fbclid) => new() { Fbclid = fbclid };
}
