using System.Globalization;
using TrackHub.Load.Setup;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Load.Figures;

/// <summary>
/// Conversions as the matcher writes them: sale after sale of days past, of every brand and source, each tenth record the refund of a sale long before.
/// </summary>
/// <param name="brands">Brands.</param>
/// <param name="producer">Writes them.</param>
/// <param name="clock">Their times.</param>
internal sealed class SalesTraffic(IReadOnlyList<LoadBrand> brands, RecordProducer producer, TimeProvider clock)
{
    private const int Chunk = 5_000;
    private const int SalesPerHour = 4_000;
    private const int RefundEvery = 10;
    private const int RefundOf = 10_006;    // numbers back; while there are not so many, fewer
    private const int EarlyRefundOf = 5;
    private const long Amount = 19_700;
    private static readonly string?[] Sources = ["meta", "google", null];
    private readonly DateTimeOffset _begin = clock.GetUtcNow().AddDays(-30);

    /// <summary>The conversion of a number.</summary>
    public Conversion Of(long number) => IsRefund(number)
        ? Sale(number - (number < RefundOf ? EarlyRefundOf : RefundOf)) with { Revision = 2, Kind = SaleKind.Refunded, State = SaleKind.Refunded, Purchase = false, IngestId = EventIds.NewIngestId(clock) }
        : Sale(number);

    /// <summary>A sale that no refund follows.</summary>
    public Conversion Sale(long number)
    {
        var brand = brands[(int)(number % brands.Count)];
        var saleId = Invariant($"{brand.Run}-{number}");
        var at = At(number);
        return new()
        {
            BrandId = brand.BrandId,
            Gateway = "kiwify",
            SaleId = saleId,
            Revision = 1,
            IngestId = EventIds.NewIngestId(clock),
            EventId = EventIds.ForOrder(brand.BrandId, "Purchase", "kiwify", saleId),
            Kind = SaleKind.Approved,
            State = SaleKind.Approved,
            Purchase = true,
            EventTime = at,
            ReceivedAt = at,
            Method = PaymentMethod.Card,
            AmountMinor = Amount,
            NetMinor = Amount - 1_500,
            Currency = "BRL",
            ProductId = "curso-1",
            ProductName = "Curso",
            Stage = MatchStage.Deterministic,
            Score = 1,
            Reason = "click_id",
            Click = Sources[(int)(number % Sources.Length)] is { } source ? Click(brand, number, at, source) : null,
            Evidence = [new() { Signal = "click_id", Result = "match", Weight = 1 }],
            KeysPresent = ["em", "ph", "fbc", "client_ip_address", "client_user_agent", "external_id", "country", "fn", "ln"],
            Quality = 8.1,
            Passes = 1,
        };
    }

    /// <summary>When the sale of a number happened.</summary>
    public DateTimeOffset At(long number) => _begin.AddHours((double)number / SalesPerHour);

    /// <summary>Revenue, refunds and standing sales of so many numbers from a first one on, all in all.</summary>
    public static (long Revenue, long Refunded, long Conversions) Sum(long first, long count)
    {
        var refunds = Enumerable.Range(0, (int)count).LongCount(i => IsRefund(first + i));
        var standing = count - (2 * refunds);
        return (standing * Amount, refunds * Amount, standing);
    }

    /// <summary>Appends conversions; complete when the broker has acknowledged all.</summary>
    public async Task ProduceAsync(IEnumerable<Conversion> conversions, CancellationToken cancellationToken)
    {
        foreach (var chunk in conversions.Chunk(Chunk))
            await producer.ProduceAllAsync(Array.ConvertAll(chunk, RecordOf), cancellationToken);
    }

    private static bool IsRefund(long number) => number % RefundEvery == RefundEvery - 1;

    private static OutgoingRecord RecordOf(Conversion sale) =>
        OutgoingRecord.Create(Topics.Conversions, $"{sale.BrandId}/{sale.Gateway}/{sale.SaleId}", sale, RecordHeaders.ForBrand(sale.BrandId));

    private MatchedClick Click(LoadBrand brand, long number, DateTimeOffset at, string source) => new()
    {
        EventId = EventIds.NewBrowserId(),
        IngestId = EventIds.NewIngestId(clock),
        Kind = EventKind.Click,
        EventTime = at.AddMinutes(-20),
        ClickId = brand.ClickId(number),
        SessionId = Invariant($"s-{brand.Run}-{number}"),
        Page = "loja.example.com/oferta",
        UtmSource = "FB",
        UtmMedium = "cpc",
        UtmCampaign = "lancamento",
        Source = source,
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
