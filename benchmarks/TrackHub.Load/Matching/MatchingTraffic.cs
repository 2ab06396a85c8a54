using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Load.Matching;

/// <summary>Clicks, and sales that name a click, as the ingress writes them: keys indexed, user data sealed.</summary>
/// <param name="brand">Their brand.</param>
/// <param name="run">Tag of the run, which makes every id new.</param>
/// <param name="services">The platform.</param>
/// <param name="clock">Their times.</param>
internal sealed class MatchingTraffic(Brand brand, string run, IServiceProvider services, TimeProvider clock)
{
    private const int Chunk = 5_000;
    private const string Gateway = "kiwify";
    private const string UserAgent = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36";

    private readonly PersonSealer _sealer = services.GetRequiredService<PersonSealer>();
    private readonly RecordProducer _producer = services.GetRequiredService<RecordProducer>();

    /// <summary>The click of a number: an own session, click id, fbclid and address; of the first half million eight share a /48, as carriers have it.</summary>
    public TrackedEvent Click(long number)
    {
        var now = clock.GetUtcNow();
        var (keys, userData) = _sealer.Seal(
            brand, new PersonData { Ip = Invariant($"2001:db8:{number >> 3 & 0xffff:x}:{(number & 7) | (number >> 19 << 3):x}::1"), UserAgent = UserAgent, Fbclid = Invariant($"IwAR{run}{number:D24}") }, now);
        return new()
        {
            IngestId = EventIds.NewIngestId(clock),
            BrandId = brand.Id,
            Kind = EventKind.Click,
            EventId = EventIds.NewBrowserId(),
            EventTime = now,
            ReceivedAt = now,
            SessionId = Invariant($"s-{run}-{number}"),
            ClickId = ClickId(number),
            Url = "https://loja.example.com/oferta",
            Keys = keys,
            Traits = new() { Page = "loja.example.com/oferta", UtmSource = "FB", UtmCampaign = "lancamento", Browser = "chrome", BrowserMajor = 141, Os = "android" },
            UserData = userData,
        };
    }

    /// <summary>The sale of a number, with the click of another: e-mail, phone and name as gateways tell them.</summary>
    public TrackedEvent Sale(long number, long click)
    {
        var now = clock.GetUtcNow();
        var saleId = Invariant($"{run}-{number}");
        var (keys, userData) = _sealer.Seal(
            brand,
            new PersonData { Emails = { Invariant($"comprador{number}@example.com") }, Phones = { Invariant($"+551199{number % 10_000_000:D7}") }, FirstName = "Ana", LastName = "Souza", Country = "BR" },
            now);
        return new()
        {
            IngestId = EventIds.NewIngestId(clock),
            BrandId = brand.Id,
            Kind = EventKind.Sale,
            EventId = EventIds.ForOrder(brand.Id, "Purchase", Gateway, saleId),
            EventTime = now,
            ReceivedAt = now,
            ClickId = ClickId(click),
            Keys = keys,
            Traits = new() { Country = "br" },
            UserData = userData,
            Sale = new()
            {
                Gateway = Gateway,
                ConnectionId = "con_0000000000000001",
                SaleId = saleId,
                DeliveryId = saleId,
                Kind = SaleKind.Approved,
                GatewayEvent = "order_approved",
                Method = PaymentMethod.Card,
                AmountMinor = 19_700,
                Currency = "BRL",
                ProductId = "curso-1",
                ProductName = "Curso",
            },
        };
    }

    /// <summary>Appends events; complete when the broker has acknowledged all.</summary>
    public async Task ProduceAsync(IEnumerable<TrackedEvent> events, CancellationToken cancellationToken)
    {
        foreach (var chunk in events.Chunk(Chunk))
            await _producer.ProduceAllAsync(Array.ConvertAll(chunk, RecordOf), cancellationToken);
    }

    private OutgoingRecord RecordOf(TrackedEvent e) => e.Sale is { } sale
        ? OutgoingRecord.Create(Topics.IngestEvents, $"{e.BrandId}/{sale.Gateway}/{sale.SaleId}", e, RecordHeaders.ForBrand(e.BrandId))
        : OutgoingRecord.Create(Topics.TrackEvents, $"{e.BrandId}/{e.SessionId}", e, RecordHeaders.ForBrand(e.BrandId));

    private string ClickId(long number) => Invariant($"th_{run}{number:x18}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
