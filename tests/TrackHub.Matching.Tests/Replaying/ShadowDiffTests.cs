using TrackHub.Matching.Replaying;

namespace TrackHub.Matching.Tests.Replaying;

public sealed class ShadowDiffTests
{
    private static readonly Guid Click = Guid.NewGuid();
    private static readonly Guid OtherClick = Guid.NewGuid();

    [Fact]
    public void Every_way_an_order_can_change_has_its_name()
    {
        var diff = ShadowDiff.Of(
            [Order("1", "none", null), Order("2", "deterministic", Click), Order("3", "deterministic", Click), Order("4", "deterministic", Click), Order("5", "none", null)],
            [Order("1", "probabilistic", Click), Order("2", "none", null), Order("3", "deterministic", OtherClick), Order("4", "probabilistic", Click), Order("5", "none", null)]);

        diff.Changes.Select(static c => (c.After.SaleId, c.How)).ShouldBe([("1", "found"), ("2", "lost"), ("3", "other_click"), ("4", "other_stage")]);
        (diff.Orders, diff.MatchedBefore, diff.MatchedAfter).ShouldBe((5, 3, 3));
    }

    [Fact]
    public void Value_is_that_of_purchases_and_currencies_are_never_added()
    {
        var diff = ShadowDiff.Of(
            [Order("1", "none", null), Order("2", "none", null) with { Currency = "EUR" }, Order("3", "none", null) with { IsPurchase = false }],
            [Order("1", "deterministic", Click), Order("2", "none", null) with { Currency = "EUR" }, Order("3", "none", null) with { IsPurchase = false }]);

        diff.Stages.ShouldBe(
        [
            new("deterministic", "BRL", 0, 1, 0, 1_000),
            new("none", "BRL", 2, 1, 1_000, 0),
            new("none", "EUR", 1, 1, 1_000, 1_000),
        ]);
    }

    [Fact]
    public void An_order_that_one_side_does_not_know_is_left_out() =>
        ShadowDiff.Of([Order("1", "none", null)], [Order("1", "none", null), Order("2", "deterministic", Click)]).Orders.ShouldBe(1);

    private static ShadowOrder Order(string saleId, string stage, Guid? click) => new()
    {
        BrandId = "b",
        Gateway = "kiwify",
        SaleId = saleId,
        Stage = stage,
        Score = click is null ? 0 : 1,
        Reason = "",
        ClickIngestId = click,
        IsPurchase = true,
        AmountMinor = 1_000,
        Currency = "BRL",
    };
}
