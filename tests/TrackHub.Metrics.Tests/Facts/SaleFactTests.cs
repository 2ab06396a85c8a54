using TrackHub.Metrics.Facts;
using TrackHub.Metrics.Grounds;
using TrackHub.Metrics.Summing;
using TrackHub.Platform.Money;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Tests.Facts;

public sealed class SaleFactTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 22, 12, 30, 0, TimeSpan.Zero);
    private static readonly BrandGround Ground = new("loja00000001", "America/Sao_Paulo", "BRL");
    private static readonly RateTable Rates = new([new(new(2026, 11, 20), "USD", "BRL", 5.5m), new(new(2026, 11, 22), "USD", "BRL", 5.4321m), new(new(2026, 11, 1), "JPY", "BRL", 0.0355m)]);

    [Fact]
    public void A_paid_sale_counts_where_it_was_paid_and_whose_click_it_was()
    {
        var share = Share(Told(1, SaleKind.Pending), Told(2, SaleKind.Approved, purchase: true, source: "google"));

        share.ShouldBe(new(MetricSource.Google, Ground.Clock.StartsOf(At), new() { Revenue = 19_700, Conversions = 1 }));
    }

    [Theory]
    [InlineData(SaleKind.Pending)]
    [InlineData(SaleKind.CartAbandoned)]
    [InlineData(SaleKind.Refunded)]
    [InlineData(SaleKind.Approved)]   // worth nothing, or told under another name of the sale: no Purchase
    public void What_was_never_paid_adds_nothing(SaleKind kind) => Share(Told(1, kind)).ShouldBeNull();

    [Theory]
    [InlineData(SaleKind.Refunded)]
    [InlineData(SaleKind.Chargeback)]
    public void What_is_taken_back_leaves_the_hour_it_was_paid_in(SaleKind kind)
    {
        var share = Share(Told(1, SaleKind.Approved, purchase: true), Told(2, kind) with { EventTime = At.AddDays(9) });

        share!.Starts.ShouldBe(Ground.Clock.StartsOf(At));
        share.Sums.ShouldBe(new() { Refunded = 19_700 });
    }

    [Theory]
    [InlineData(SaleKind.RefundRequested)]
    [InlineData(SaleKind.Dispute)]
    [InlineData(SaleKind.PartiallyRefunded)]
    public void What_may_yet_be_taken_back_or_is_in_part_stands(SaleKind kind) =>
        Share(Told(1, SaleKind.Approved, purchase: true), Told(2, kind))!.Sums.ShouldBe(new() { Revenue = 19_700, Conversions = 1 });

    [Fact]
    public void A_renewal_is_revenue_and_neither_a_conversion_nor_a_customer()
    {
        Share(Told(1, SaleKind.Renewed))!.Sums.ShouldBe(new() { Revenue = 19_700 });
        Share(Told(1, SaleKind.Approved, purchase: true) with { Cycle = 2 })!.Sums.ShouldBe(new() { Revenue = 19_700 });
    }

    [Theory]
    [InlineData("USD", 1_999L, 10_859L)]   // 19.99 × 5.4321 = 108.587679
    [InlineData("JPY", 3_000L, 10_650L)]   // no decimals: 3000 × 0.0355
    [InlineData("BRL", 1L, 1L)]
    public void An_amount_in_another_currency_is_converted_at_the_rate_of_its_day(string currency, long amount, long revenue) =>
        Share(Told(1, SaleKind.Approved, purchase: true) with { AmountMinor = amount, Currency = currency })!.Sums.ShouldBe(new() { Revenue = revenue, Conversions = 1 });

    [Theory]
    [InlineData("2026-11-22T02:59:59Z", 5_500L)]   // still the 21st in São Paulo: the rate of the 20th
    [InlineData("2026-11-22T03:00:00Z", 5_432L)]
    public void The_day_of_a_rate_is_the_brand_s(string at, long revenue) =>
        Share(Told(1, SaleKind.Approved, purchase: true) with { AmountMinor = 1_000, Currency = "USD", EventTime = DateTimeOffset.Parse(at, null) })!.Sums.Revenue.ShouldBe(revenue);

    [Theory]
    [InlineData("EUR", "2026-11-22T12:00:00Z")]
    [InlineData("USD", "2026-11-19T12:00:00Z")]   // before the first rate
    public void An_amount_without_a_rate_is_left_out_and_counted(string currency, string at) =>
        Share(Told(1, SaleKind.Approved, purchase: true) with { Currency = currency, EventTime = DateTimeOffset.Parse(at, null) })!
            .Sums.ShouldBe(new() { Conversions = 1, Unconverted = 1 });

    [Fact]
    public void A_sale_without_an_amount_is_a_conversion_worth_nothing() =>
        Share(Told(1, SaleKind.Approved, purchase: true) with { AmountMinor = null, Currency = null })!.Sums.ShouldBe(new() { Conversions = 1 });

    [Fact]
    public void The_first_payment_says_when_and_how_much()
    {
        var share = Share(Told(2, SaleKind.Completed) with { EventTime = At.AddDays(30), AmountMinor = 1 }, Told(1, SaleKind.Approved, purchase: true));

        share!.Starts.ShouldBe(Ground.Clock.StartsOf(At));
        share.Sums.Revenue.ShouldBe(19_700);
    }

    [Fact]
    public void Spend_of_a_later_pull_replaces_the_earlier_whichever_comes_first()
    {
        var (first, later) = (Pulled(0, 1_000), Pulled(1, 900));

        first.With(later).ShouldBe(later);
        later.With(first).ShouldBe(later);
        later.With(later).ShouldBe(later);
        later.ShareIn(Ground, Rates).Sums.ShouldBe(new() { Spend = 4_889, Clicks = 10, Impressions = 1_000 });   // 9.00 × 5.4321
    }

    private static Share? Share(params Conversion[] told) => told.Select(SaleFact.Of).Aggregate(static (fact, other) => fact.With(other)).ShareIn(Ground, Rates);

    private static SpendFact Pulled(int hours, long amount) =>
        new(new("loja00000001", MetricSource.Meta, "act_1", At.AddMinutes(-30)), At.AddHours(hours), "USD", amount, 10, 1_000);

    private static Conversion Told(long revision, SaleKind kind, bool purchase = false, string source = "meta") => new()
    {
        BrandId = "loja00000001",
        Gateway = "kiwify",
        SaleId = "S1",
        Revision = revision,
        IngestId = "0",
        EventId = "e",
        Kind = kind,
        State = kind,
        Purchase = purchase,
        EventTime = At,
        ReceivedAt = At,
        AmountMinor = 19_700,
        Currency = "BRL",
        Click = new() { EventId = "c", IngestId = "0", EventTime = At, Source = source },
    };
}
