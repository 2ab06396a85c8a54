namespace TrackHub.Browser;

/// <summary>What a visitor's decision about advertising changes.</summary>
public sealed class ConsentTests : BrowserTest
{
    private static readonly string[] AdFields = ["fbclid", "gclid", "fbc", "fbp"];

    [Fact]
    public async Task After_a_refusal_no_ad_id_is_kept_or_sent_and_the_pixel_is_told_nothing()
    {
        Shop.Content = """<a href="https://pay.kiwify.com.br/abc">x</a>""";
        var page = await VisitAsync("?fbclid=X&gclid=G&utm_source=FB");
        await Shop.AcceptedAsync("pageview");
        await page.EvaluateAsync("trackhub.consent({ ads: false })");
        await page.EvaluateAsync("fbq.told.length = 0; trackhub.pageview()");

        var consent = (await Shop.AcceptedAsync("consent"))[0];
        (consent["ads"], consent["fbc"], consent["fbclid"]).ShouldBe(("False", null, null));
        (await PixelAsync(page)).ShouldBeEmpty();
        (await page.EvaluateAsync<string>("document.cookie")).ShouldNotContain("_fb");

        // The next page knows it, also where the parameters come again.
        page = await VisitAsync("?fbclid=X&gclid=G&utm_source=FB");
        var last = (await Shop.AcceptedAsync("pageview", 3))[2];
        last["consent_ads"].ShouldBe("False");
        AdFields.Select(field => last[field]).ShouldAllBe(static value => value == null);
        last["utm"].ShouldBe("""{"utm_source":"FB"}""");
        (await PixelAsync(page)).ShouldBeEmpty();
        (await page.EvaluateAsync<string>("document.cookie + JSON.stringify(localStorage)")).ShouldNotContain("fb.");

        // The sale must find this visitor's refusal, so the link still leads back to him.
        await page.ClickAsync("a");
        await ComesToAsync(page, "https://pay.kiwify.com.br/abc?sck=" + last["click_id"]);
    }

    [Fact]
    public async Task Where_advertising_needs_a_yes_nothing_of_it_is_kept_or_sent_before()
    {
        Shop.Tag += " data-consent=\"required\"";
        var page = await VisitAsync("?fbclid=X&utm_source=FB");

        var before = (await Shop.AcceptedAsync("pageview"))[0];
        AdFields.Select(field => before[field]).ShouldAllBe(static value => value == null);
        before["consent_ads"].ShouldBeNull();
        (await PixelAsync(page)).ShouldBeEmpty();
        (await page.EvaluateAsync<string>("document.cookie")).ShouldNotContain("_fb");

        // The application has tidied its address long ago.
        await page.EvaluateAsync("history.replaceState({}, '', '/'); trackhub.consent({ ads: true }); trackhub.pageview()");

        var click = (await Shop.AcceptedAsync("click", 2))[1];
        (click["fbclid"], click["consent_ads"], click["click_id"]).ShouldBe(("X", "True", before["click_id"]));
        click["fbc"]!.ShouldEndWith(".X");
        var view = (await Shop.AcceptedAsync("pageview", 2))[1];
        view["fbc"].ShouldBe(click["fbc"]);
        (await PixelAsync(page)).ShouldBe(["PageView " + view["event_id"]]);
    }

    [Fact]
    public async Task What_a_page_says_before_the_tracker_is_there_comes_first()
    {
        Shop.Head += "<script>trackhub = { q: [['consent', { ads: true }], ['nonsense'], ['identify', { phone: '+55 11 90000-0001', external_id: 'u-1' }]] }</script>";
        var page = await VisitAsync("?fbclid=X");

        (await Shop.AcceptedAsync("pageview"))[0]["consent_ads"].ShouldBe("True");
        var identity = (await Shop.AcceptedAsync("identify"))[0];
        (identity["phone"], identity["external_id"]).ShouldBe(("+55 11 90000-0001", "u-1"));

        await page.EvaluateAsync("trackhub.q.push(['identify', { email: 'maria@example.com' }])");
        (await Shop.AcceptedAsync("identify", 2)).ShouldContain(static identity => identity["email"] == "maria@example.com");
    }

    [Fact]
    public async Task A_refusal_is_the_persons_and_nobody_who_refused_is_identified()
    {
        var page = await VisitAsync();
        await page.EvaluateAsync("trackhub.consent({ ads: false }); trackhub.identify({ email: 'maria@example.com', external_id: 'u-1' })");

        // By her e-mail the refusal holds whichever browser she buys with.
        var consents = await Shop.AcceptedAsync("consent", 2);
        consents.ShouldContain(static consent => consent["email"] == null && consent["ads"] == "False");
        consents.ShouldContain(static consent => consent["email"] == "maria@example.com" && consent["ads"] == "False");

        await page.EvaluateAsync("trackhub.consent({ ads: true })");
        (await Shop.AcceptedAsync("identify"))[0]["email"].ShouldBe("maria@example.com");
        Shop.Sent.Count(static sent => sent.Route == "identify").ShouldBe(1);
    }

    [Fact]
    public async Task A_decision_is_told_when_it_is_made_not_whenever_it_is_repeated()
    {
        var page = await VisitAsync();
        await page.EvaluateAsync("trackhub.consent({ ads: false }); trackhub.consent({ ads: false })");
        page = await VisitAsync();
        await page.EvaluateAsync("trackhub.consent({ ads: false }); trackhub.pageview()");

        await Shop.AcceptedAsync("pageview", 3);
        await Shop.AcceptedAsync("consent");
    }

    [Fact]
    public async Task A_decision_in_one_tab_holds_in_the_others()
    {
        // The browser tells a tab what another has kept in its own time, which may be after the next event.
        Shop.Head += "<script>addEventListener('storage', event => event.stopImmediatePropagation())</script>";
        var first = await VisitAsync("?fbclid=X");
        var second = await VisitAsync("second");
        await second.EvaluateAsync("trackhub.consent({ ads: false })");
        await Shop.AcceptedAsync("consent");
        await first.EvaluateAsync("fbq.told.length = 0; trackhub.pageview()");

        var last = (await Shop.AcceptedAsync("pageview", 3))[2];
        (last["consent_ads"], last["fbc"]).ShouldBe(("False", null));
        (await PixelAsync(first)).ShouldBeEmpty();
        (await first.EvaluateAsync<string>("document.cookie")).ShouldNotContain("_fb");

        // Nor has the first tab undone it.
        await VisitAsync("third");
        (await Shop.AcceptedAsync("pageview", 4))[3]["consent_ads"].ShouldBe("False");
    }

    [Fact]
    public async Task Wrong_calls_are_taken_in_silence()
    {
        var page = await VisitAsync();

        await page.EvaluateAsync("trackhub.identify(); trackhub.identify({}); trackhub.consent(); trackhub.initiateCheckout(null); trackhub.link(); trackhub.q.push(['x'])");
        (await page.EvaluateAsync<object?>("trackhub.purchaseEventId()")).ShouldBeNull();
        await page.EvaluateAsync("trackhub.pageview()");

        await Shop.AcceptedAsync("pageview", 2);
        Shop.Sent.Select(static sent => sent.Route).Distinct().ShouldBe(["pageview"]);
    }
}
