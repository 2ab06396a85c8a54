using TrackHub.Platform.Tenants;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Matching;

[Collection(nameof(MatchingWorld))]
public sealed class OrderTests(MatchingWorld world)
{
    [Fact]
    public async Task Pix_waiting_then_paid_then_refunded_keeps_its_click_and_emits_one_purchase()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var session = Told.Unique("s");
        var saleId = Told.Unique("sale");
        var click = told.Click(session: session);
        TrackedEvent[] states =
        [
            told.Sale(kind: SaleKind.Pending, saleId: saleId, session: session),
            told.Sale(kind: SaleKind.Approved, saleId: saleId),
            told.Sale(kind: SaleKind.Refunded, saleId: saleId),
        ];

        await world.ProduceAsync(click);
        foreach (var state in states)
            await world.ProduceAsync(state);

        var conversions = await world.ConversionsAsync(brand, saleId, 3);
        conversions.ShouldAllBe(c => c.Click!.EventId == click.EventId && c.Stage == MatchStage.Deterministic);
        conversions.Select(static c => (c.State, c.Purchase)).ShouldBe([(SaleKind.Pending, false), (SaleKind.Approved, true), (SaleKind.Refunded, false)]);
        (await world.OutcomeAsync(states[0])).ShouldSatisfyAllConditions(
            static o => o.State.ShouldBe(OutcomeState.Recorded), static o => o.Reason.ShouldBe("pending"), static o => o.Destination.ShouldBe("none"));
        (await world.OutcomeAsync(states[2])).Reason.ShouldBe("refunded");
        await DispatchesAsync(states[1], 1);
    }

    [Fact]
    public async Task A_refund_told_under_the_payment_ends_the_sale_that_the_payment_is_a_name_of()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var (subscription, invoice, payment, session) = (Told.Unique("sub"), Told.Unique("in"), Told.Unique("pi"), Told.Unique("s"));
        var click = told.Click(session: session);
        var sale = told.Sale(saleId: subscription, session: session, names: [subscription, invoice]);
        var refund = told.Sale(kind: SaleKind.Refunded, saleId: payment, names: [payment]);
        var link = told.Sale(kind: SaleKind.Ignored, saleId: invoice, names: [invoice, payment]);

        // As they may come: what links refund and sale last of all.
        await world.ProduceAsync(click);
        await world.ProduceAsync(sale);
        await world.ConversionsAsync(brand, subscription);
        await world.ProduceAsync(refund);
        await Eventually.Holds(async () => (await world.Tap.ValuesAsync<TrackedEvent>(Topics.PendingMatch5S)).ShouldContain(e => e.IngestId == refund.IngestId));
        await world.ProduceAsync(link);
        (await world.OutcomeAsync(link)).Reason.ShouldBe("ignored");

        await world.HoldsWithLeapsAsync(brand, () => world.ConcludedAsync(refund));
        var conversions = await world.ConversionsAsync(brand, subscription, 2);
        conversions.Select(static c => (c.State, c.Purchase)).ShouldBe([(SaleKind.Approved, true), (SaleKind.Refunded, false)]);
        conversions.ShouldAllBe(c => c.Click!.EventId == click.EventId);
        (await world.OutcomeAsync(refund)).SaleId.ShouldBe(subscription);
        (await world.Tap.ValuesAsync<Conversion>(Topics.Conversions)).ShouldNotContain(c => c.SaleId == payment);
    }

    [Fact]
    public async Task A_sale_takes_in_what_was_told_of_it_under_another_name_before_anybody_knew()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var (payment, invoice) = (Told.Unique("pi"), Told.Unique("in"));
        var (invoiced, session) = (told.Sale(saleId: invoice), told.Sale(saleId: payment, names: [payment, invoice]));

        await world.ProduceAsync(invoiced);
        await world.HoldsWithLeapsAsync(brand, () => world.ConcludedAsync(invoiced));
        await world.ProduceAsync(session);
        await world.HoldsWithLeapsAsync(brand, () => world.ConcludedAsync(session));

        (await world.ConversionsAsync(brand, invoice)).Single().Purchase.ShouldBeTrue();
        (await world.ConversionsAsync(brand, payment)).Single().Purchase.ShouldBeFalse();
    }

    [Fact]
    public async Task A_repeated_state_is_a_duplicate_without_a_second_purchase()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var session = Told.Unique("s");
        var click = told.Click(session: session);
        var first = told.Sale(session: session);
        var second = told.Sale(session: session, saleId: first.Sale!.SaleId);

        await world.ProduceAsync(click);
        await world.ProduceAsync(first);
        await world.ProduceAsync(second);

        var outcome = await world.OutcomeAsync(second);
        outcome.State.ShouldBe(OutcomeState.Duplicate);
        outcome.Destination.ShouldBe("none");
        (await world.ConversionsAsync(brand, first.Sale.SaleId!)).Single().IngestId.ShouldBe(first.IngestId);
        (await world.DispatchedAsync(second)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_record_that_lies_in_the_log_twice_gives_the_same_outcome_again()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var session = Told.Unique("s");
        var click = told.Click(session: session);
        var sale = told.Sale(Told.Mail("lia@example.com"), session: session);

        await world.ProduceAsync(click);
        await world.ProduceAsync(sale);
        await world.ConversionsAsync(brand, sale.Sale!.SaleId!);
        await world.ProduceAsync(sale);

        var conversions = await world.ConversionsAsync(brand, sale.Sale!.SaleId!, 2);
        conversions[0].ShouldBe(conversions[1]);
        await DispatchesAsync(sale, 2);
        var ready = await world.DispatchedAsync(sale);
        (ready[0] with { UserData = null }).ShouldBe(ready[1] with { UserData = null });
        world.Sealer.OpenUserData(brand.TenantId, ready[0].UserData!).ShouldBe(world.Sealer.OpenUserData(brand.TenantId, ready[1].UserData!));
    }

    [Fact]
    public async Task What_is_no_purchase_is_recorded_with_its_reason()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var session = Told.Unique("s");
        var click = told.Click(session: session);
        var free = told.Sale(session: session, amount: 0);
        var worthUnknown = told.Sale(session: session, amount: null);
        var test = told.Sale(session: session);
        test = test with { Sale = test.Sale! with { Test = true } };
        var renewal = told.Sale(session: session, kind: SaleKind.Renewed);
        var strange = told.Sale(session: session, kind: SaleKind.Unmapped);
        var ignored = told.Sale(session: session, kind: SaleKind.Ignored);

        await world.ProduceAsync(click);
        foreach (var sale in new[] { free, worthUnknown, test, renewal, strange, ignored })
            await world.ProduceAsync(sale);

        await EndsAsync(free, OutcomeState.Recorded, "zero_value");
        await EndsAsync(worthUnknown, OutcomeState.Recorded, "no_value");
        await EndsAsync(test, OutcomeState.Test, "test_button");
        await EndsAsync(renewal, OutcomeState.Recorded, "renewed");
        await EndsAsync(strange, OutcomeState.Unmapped, "unmapped");
        await EndsAsync(ignored, OutcomeState.Recorded, "ignored");
        (await world.ConversionsAsync(brand, renewal.Sale!.SaleId!)).Single().Purchase.ShouldBeFalse();
    }

    [Theory]
    [InlineData(ConsentBasis.Granted, null, null)]
    [InlineData(ConsentBasis.Required, null, "consent_unknown")]
    [InlineData(null, null, "no_basis")]
    [InlineData(ConsentBasis.Granted, false, "refused")]
    [InlineData(ConsentBasis.Required, true, null)]
    public async Task Consent_decides_whether_a_purchase_is_sent(ConsentBasis? basis, bool? said, string? blocked)
    {
        var brand = await world.NewBrandAsync(basis);
        var told = new Told(world, brand);
        var session = Told.Unique("s");
        var click = told.Click(session: session);
        var sale = told.Sale(session: session);
        await world.ProduceAsync(click);
        if (said is { } ads)
            await world.ProduceAsync(told.Browser(EventKind.Consent, session: session) with { ConsentAds = ads });
        await world.ProduceAsync(sale);

        var conversion = (await world.ConversionsAsync(brand, sale.Sale!.SaleId!)).Single();

        conversion.ConsentAds.ShouldBe(said);
        if (blocked is null)
        {
            await DispatchesAsync(sale, 1);
            return;
        }

        var outcome = await world.OutcomeAsync(sale);
        (outcome.State, outcome.Reason).ShouldBe((OutcomeState.BlockedConsent, blocked));
        outcome.Destination.ShouldStartWith("px_");
        (await world.DispatchedAsync(sale)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_older_consent_that_arrives_late_does_not_grant_again()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var session = Told.Unique("s");
        var click = told.Click(session: session);
        var withdrawn = told.Browser(EventKind.Consent, session: session) with { ConsentAds = false };
        var older = told.Browser(EventKind.Consent, session: session) with { ConsentAds = true, EventTime = withdrawn.EventTime.AddMinutes(-5) };
        var sale = told.Sale(session: session);

        await world.ProduceAsync(click);
        await world.ProduceAsync(withdrawn);
        await world.ProduceAsync(older);
        await world.ProduceAsync(sale);

        await EndsAsync(sale, OutcomeState.BlockedConsent, "refused");
    }

    private async Task EndsAsync(TrackedEvent sale, OutcomeState state, string reason)
    {
        var outcome = await world.OutcomeAsync(sale);
        (outcome.State, outcome.Reason).ShouldBe((state, reason));
    }

    private Task DispatchesAsync(TrackedEvent sale, int count) =>
        Eventually.Holds(async () => (await world.DispatchedAsync(sale)).Count.ShouldBe(count));
}
