using TrackHub.Platform.Identity;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Matching;

/// <summary>A click, then its sale at once: the watermark alone makes sure that the click is found.</summary>
[Collection(nameof(MatchingWorld))]
public sealed class StageTests(MatchingWorld world)
{
    [Fact]
    public async Task A_sale_finds_its_click_by_click_id_and_its_data_are_merged_for_meta()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var clickId = "th_" + new string('a', 26);
        var ad = new PersonData { Fbclid = "IwAR0clickCase", Ip = "203.0.113.7", UserAgent = "Mozilla/5.0 Firefox/140.0" };
        var click = told.Click(ad, session: Told.Unique("s"), clickId: clickId);
        var sale = told.Sale(Told.Mail("ana@example.com"), clickId: clickId);

        await world.ProduceAsync(click);
        await world.ProduceAsync(sale);

        var conversion = (await world.ConversionsAsync(brand, sale.Sale!.SaleId!)).Single();
        conversion.Stage.ShouldBe(MatchStage.Deterministic);
        conversion.Score.ShouldBe(1);
        conversion.Click!.EventId.ShouldBe(click.EventId);
        conversion.Click.Source.ShouldBe("meta");
        conversion.Purchase.ShouldBeTrue();
        conversion.Revision.ShouldBe(1);
        conversion.Evidence.ShouldContain(e => e.Signal == "click_id" && e.Result == "hit" && e.Candidate == click.IngestId);
        conversion.KeysPresent.ShouldBe(["em", "fbc", "client_ip_address", "client_user_agent", "country"], ignoreOrder: true);

        var ready = await OnlyDispatchAsync(sale);
        ready.EventName.ShouldBe("Purchase");
        ready.EventId.ShouldBe(sale.EventId);
        ready.ValueMinor.ShouldBe(19_700);
        ready.EventSourceUrl.ShouldBe(click.Url);
        ready.ConsentSessions.ShouldBe([click.SessionId!]);
        var userData = world.Sealer.OpenUserData(brand.TenantId, ready.UserData!);
        userData.Em.ShouldHaveSingleItem();
        userData.Fbc.ShouldNotBeNull().ShouldEndWith("IwAR0clickCase");
        userData.ClientIpAddress.ShouldBe("203.0.113.7");
    }

    [Fact]
    public async Task A_sale_finds_its_click_by_session()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var session = Told.Unique("s");

        await MatchesAsync(told.Click(session: session), told.Sale(session: session), MatchStage.Deterministic, "session_id");
    }

    [Fact]
    public async Task An_email_given_after_the_click_leads_to_the_click_of_its_session()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var session = Told.Unique("s");
        var click = told.Click(session: session);
        var identify = told.Browser(EventKind.Identify, Told.Mail("bia@example.com"), session);
        var sale = told.Sale(Told.Mail("BIA@example.com"));

        await world.ProduceAsync(click);
        await world.ProduceAsync(identify);
        await world.ProduceAsync(sale);

        var conversion = (await world.ConversionsAsync(brand, sale.Sale!.SaleId!)).Single();
        conversion.Click!.EventId.ShouldBe(click.EventId);
        conversion.Evidence.ShouldContain(static e => e.Signal == "email_via_session" && e.Result == "hit");
    }

    [Fact]
    public async Task A_phone_given_at_the_checkout_leads_to_the_click_of_its_session()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var session = Told.Unique("s");
        var click = told.Click(session: session);
        await world.ProduceAsync(told.Browser(EventKind.InitiateCheckout, Told.Phone("(11) 98765-4321"), session));

        await MatchesAsync(click, told.Sale(Told.Phone("+5511987654321")), MatchStage.Deterministic, "phone_via_session");
    }

    [Fact]
    public async Task An_external_id_given_after_the_click_leads_to_the_click_of_its_session()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var session = Told.Unique("s");
        var click = told.Click(session: session);
        await world.ProduceAsync(told.Browser(EventKind.Identify, new() { ExternalId = "cliente-77" }, session));

        await MatchesAsync(click, told.Sale(new() { ExternalId = "cliente-77" }), MatchStage.Deterministic, "external_id_via_session");
    }

    [Fact]
    public async Task An_email_given_to_two_brands_leads_to_each_brands_own_click()
    {
        var (brand, stranger) = (await world.NewBrandAsync(), await world.NewBrandAsync());
        var session = Told.Unique("s");
        var own = new Told(world, brand).Click(session: session);
        foreach (var told in new[] { new Told(world, brand), new Told(world, stranger) })
            await world.ProduceAsync(told.Browser(EventKind.Identify, Told.Mail("duas@example.com"), session));
        var foreign = new Told(world, stranger).Click(session: session);
        await world.ProduceAsync(own);
        await world.ProduceAsync(foreign);
        var sale = new Told(world, brand).Sale(Told.Mail("duas@example.com"));
        await world.ProduceAsync(sale);

        (await world.ConversionsAsync(brand, sale.Sale!.SaleId!)).Single().Click!.EventId.ShouldBe(own.EventId);
    }

    [Fact]
    public async Task The_first_touch_is_named_beside_the_last_which_wins()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var session = Told.Unique("s");
        var clicks = Enumerable.Range(0, 3).Select(i => told.Click(session: session)).Select((click, i) => click with { EventTime = click.EventTime.AddHours(i - 5) }).ToList();
        foreach (var click in Enumerable.Reverse(clicks))
            await world.ProduceAsync(click);

        var conversion = await MatchesAsync(clicks[2], told.Sale(session: session), MatchStage.Deterministic, "session_id");

        conversion.Evidence.Single(static e => e.Signal == "first_touch").Candidate.ShouldBe(clicks[0].IngestId);
    }

    [Fact]
    public async Task A_sale_finds_its_click_by_fbclid_case_kept()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);

        await MatchesAsync(told.Click(Told.Ad("IwAR1Xy")), told.Sale(Told.Ad("IwAR1Xy")), MatchStage.SemiDeterministic, "fbc");
    }

    [Fact]
    public async Task A_sale_finds_its_click_by_address_and_browser_and_says_that_it_is_a_guess()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var click = told.Click(Told.Device("203.0.113.99"), session: Told.Unique("s"));
        var sale = told.Sale(Told.Device("203.0.113.99"));

        var conversion = await MatchesAsync(click, sale, MatchStage.Probabilistic, "ip");

        conversion.Flags.ShouldContain("probabilistic");
        (conversion.Reason, conversion.RulesVersion, conversion.ScoreModel).ShouldBe(("probable", 1, 2));
        conversion.Score.ShouldBeInRange(0.9, 1);
    }

    [Fact]
    public async Task Matching_never_crosses_brands()
    {
        var (brand, stranger) = (await world.NewBrandAsync(), await world.NewBrandAsync());
        var session = Told.Unique("s");
        var own = new Told(world, brand).Click(session: session);
        var foreign = new Told(world, stranger).Click(session: session);
        var sale = new Told(world, brand).Sale(session: session);

        await world.ProduceAsync(own);
        await world.ProduceAsync(foreign);
        await world.ProduceAsync(sale);

        (await world.ConversionsAsync(brand, sale.Sale!.SaleId!)).Single().Click!.EventId.ShouldBe(own.EventId);
    }

    private async Task<Conversion> MatchesAsync(TrackedEvent click, TrackedEvent sale, MatchStage stage, string signal)
    {
        await world.ProduceAsync(click);
        await world.ProduceAsync(sale);
        var conversion = (await world.ConversionsAsync(world.BrandOf(sale), sale.Sale!.SaleId!)).Single();
        conversion.Stage.ShouldBe(stage);
        conversion.Click!.EventId.ShouldBe(click.EventId);
        conversion.Evidence.ShouldContain(e => e.Signal == signal && e.Result == "hit");
        conversion.Passes.ShouldBe(1);
        return conversion;
    }

    private async Task<DispatchReady> OnlyDispatchAsync(TrackedEvent sale)
    {
        await Eventually.Holds(async () => (await world.DispatchedAsync(sale)).Count.ShouldBe(1));
        return (await world.DispatchedAsync(sale)).Single();
    }
}
