using TrackHub.Metrics.Facts;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Tests.Facts;

public sealed class CountableTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly Conversion Sale = new()
    {
        BrandId = "loja00000001",
        Gateway = "kiwify",
        SaleId = "S1",
        Revision = 1,
        IngestId = "0",
        EventId = "e",
        EventTime = At,
        ReceivedAt = At,
        AmountMinor = 1,
        Currency = "BRL",
    };

    private static readonly AdSpend Spend = new() { BrandId = "loja00000001", Source = MetricSource.Meta, AccountId = "act_1", Hour = At, PulledAt = At, Currency = "BRL" };

    [Fact]
    public void What_is_in_bounds_can_be_counted()
    {
        Countable.FaultOf(Sale).ShouldBeNull();
        Countable.FaultOf(Sale with { AmountMinor = null, Currency = null }).ShouldBeNull();
        Countable.FaultOf(Spend).ShouldBeNull();
    }

    [Fact]
    public void What_would_break_a_sum_or_a_row_is_named()
    {
        Countable.FaultOf(Sale with { SaleId = "a\0b" }).ShouldBe("name");
        Countable.FaultOf(Sale with { SaleId = new('x', 6_000) }).ShouldBe("name");
        Countable.FaultOf(Sale with { EventTime = DateTimeOffset.MinValue }).ShouldBe("time");
        Countable.FaultOf(Sale with { ReceivedAt = DateTimeOffset.MaxValue }).ShouldBe("time");
        Countable.FaultOf(Sale with { AmountMinor = -1 }).ShouldBe("amount");
        Countable.FaultOf(Sale with { AmountMinor = long.MaxValue }).ShouldBe("amount");
        Countable.FaultOf(Sale with { Currency = "real" }).ShouldBe("currency");
        Countable.FaultOf(Sale with { Currency = null }).ShouldBe("currency");
        Countable.FaultOf(Spend with { Source = MetricSource.Aggregated }).ShouldBe("source");
        Countable.FaultOf(Spend with { AccountId = "" }).ShouldBe("name");
        Countable.FaultOf(Spend with { Hour = DateTimeOffset.MaxValue }).ShouldBe("time");
        Countable.FaultOf(Spend with { SpendMinor = -5 }).ShouldBe("amount");
        Countable.FaultOf(Spend with { Currency = "\0\0\0" }).ShouldBe("currency");
    }
}
