namespace TrackHub.Browser;

/// <summary>Who came, from where: ids, cookies and parameters.</summary>
public sealed class VisitTests : BrowserTest
{
    private const string BlockedCookies = "Object.defineProperty(document, 'cookie', { get: () => '', set: () => {} });";
    private const string BlockedStorage = "Object.defineProperty(window, 'localStorage', { get: () => { throw new DOMException('', 'SecurityError') } });";

    [Fact]
    public async Task An_ad_click_is_told_once_with_everything_that_identifies_it()
    {
        var page = await VisitAsync("oferta?utm_source=FB&utm_campaign=c+1&fbclid=IwAR_x-1&gclid=G1&email=a%40example.com#top");

        var click = (await Shop.AcceptedAsync("click"))[0];
        var view = (await Shop.AcceptedAsync("pageview"))[0];
        click["click_id"]!.ShouldMatch("^th_[0-9a-z]{26}$");
        click["session_id"]!.ShouldMatch("^[0-9a-z]{26}$");
        click["event_id"]!.ShouldMatch("^[0-9a-z]{26}$");
        click["url"].ShouldBe(Shop.Address + "oferta");
        (click["fbclid"], click["gclid"]).ShouldBe(("IwAR_x-1", "G1"));
        click["utm"].ShouldBe("""{"utm_source":"FB","utm_campaign":"c 1"}""");
        click["fbc"]!.ShouldMatch(@"^fb\.0\.\d{13}\.IwAR_x-1$");
        click["fbp"]!.ShouldMatch(@"^fb\.0\.\d{13}\.\d{1,10}$");
        Ids(view).ShouldBe(Ids(click));
        view["event_id"].ShouldNotBe(click["event_id"]);
        (await PixelAsync(page)).ShouldBe(["PageView " + view["event_id"]]);

        await page.ReloadAsync();
        Ids((await Shop.AcceptedAsync("pageview", 2))[1]).ShouldBe(Ids(click));
        await Shop.AcceptedAsync("click");
    }

    [Fact]
    public async Task Another_ad_click_has_another_click_id_and_the_same_visitor()
    {
        await VisitAsync("?fbclid=First");
        await VisitAsync("inside");
        await VisitAsync("?fbclid=first");

        var clicks = await Shop.AcceptedAsync("click", 2);
        var views = await Shop.AcceptedAsync("pageview", 3);
        clicks[1]["click_id"].ShouldNotBe(clicks[0]["click_id"]);
        clicks[1]["fbc"]!.ShouldEndWith(".first");
        (clicks[1]["session_id"], clicks[1]["fbp"]).ShouldBe((clicks[0]["session_id"], clicks[0]["fbp"]));
        // A page inside tells what brought its visitor.
        Ids(views[1]).ShouldBe(Ids(clicks[0]));
        views[1]["fbclid"].ShouldBe("First");
    }

    [Theory]
    [InlineData("fb.1.1690000000000.X", "X", "fb.1.1690000000000.X")]
    [InlineData("fb.1.1690000000000.X.AQQAAQMC", "X", "fb.1.1690000000000.X.AQQAAQMC")]
    [InlineData("fb.1.1690000000000.X.BA", null, "fb.1.1690000000000.X.BA")]
    [InlineData("fb.1.1690000000000.X.Bg", "X", "fb.1.1690000000000.X.Bg")]
    [InlineData("fb.1.1690000000000.X", null, "fb.1.1690000000000.X")]
    [InlineData("fb.1.1690000000000.X", "x", @"fb\.0\.\d{13}\.x")]
    [InlineData("fb.1.1690000000.X", "X", @"fb\.0\.\d{13}\.X")]
    [InlineData("fb.1.1690000000000", null, null)]
    [InlineData("xx.1.1690000000000.X", null, null)]
    public async Task A_click_cookie_is_kept_until_another_click_or_discarded_where_it_is_none(string cookie, string? fbclid, string? expected)
    {
        await Visitor.AddCookiesAsync([new() { Name = "_fbc", Value = cookie, Domain = "localhost", Path = "/" }]);

        var page = await VisitAsync(fbclid is null ? "" : "?fbclid=" + fbclid);

        var fbc = (await Shop.AcceptedAsync("pageview"))[0]["fbc"];
        if (expected is null) fbc.ShouldBeNull();
        else fbc!.ShouldMatch($"^{expected}$");
        if (expected is not null) (await page.EvaluateAsync<string>("document.cookie")).ShouldContain("_fbc=" + fbc);
    }

    [Theory]
    [InlineData("www.loja.example.com.br", "outra.example.com.br", 2)]
    [InlineData("loja.example.com", "www.loja.example.com", 1)]
    public async Task Cookies_are_set_on_the_registrable_domain_and_its_other_pages_read_them(string host, string other, int index)
    {
        await VisitAsync("?fbclid=X", host);
        await VisitAsync("", other);

        var views = await Shop.AcceptedAsync("pageview", 2);
        views[0]["fbc"]!.ShouldStartWith($"fb.{index}.");
        views[0]["fbp"]!.ShouldStartWith($"fb.{index}.");
        Ids(views[1]).ShouldBe(Ids(views[0]));
        views[1]["session_id"].ShouldBe(views[0]["session_id"]);
    }

    [Theory]
    [InlineData(BlockedCookies, true)]
    [InlineData(BlockedStorage, true)]
    [InlineData(BlockedCookies + BlockedStorage, false)]
    public async Task It_works_where_the_browser_keeps_nothing(string blocked, bool remembers)
    {
        await Visitor.AddInitScriptAsync(blocked);
        await VisitAsync("?fbclid=X");
        await VisitAsync("inside");

        var click = (await Shop.AcceptedAsync("click"))[0];
        var views = await Shop.AcceptedAsync("pageview", 2);
        views[0]["click_id"].ShouldBe(click["click_id"]);
        click["fbc"]!.ShouldEndWith(".X");
        // A random browser id that lasts one page would match nothing.
        (click["fbp"] is null).ShouldBe(blocked.Contains("cookie", StringComparison.Ordinal));
        (views[1]["click_id"] == click["click_id"] && views[1]["fbc"] == click["fbc"]).ShouldBe(remembers);
    }

    [Fact]
    public async Task Where_no_cookie_can_be_set_the_click_is_told_with_the_index_that_Meta_asks_for_then()
    {
        await Visitor.AddInitScriptAsync(BlockedCookies);

        await VisitAsync("?fbclid=X", "www.loja.example.com");

        (await Shop.AcceptedAsync("click"))[0]["fbc"]!.ShouldMatch(@"^fb\.1\.\d{13}\.X$");
    }

    [Fact]
    public async Task A_click_id_that_another_domain_of_the_seller_sent_along_goes_on()
    {
        await VisitAsync("?sck=FB%7Cth_0000000000000000000000000a&utm_source=x");

        (await Shop.AcceptedAsync("pageview"))[0]["click_id"].ShouldBe("th_0000000000000000000000000a");
    }

    [Fact]
    public async Task Campaign_parameters_on_a_link_inside_the_site_are_no_ad_click()
    {
        Shop.Content = """<a href="/inside?utm_source=menu">x</a>""";
        var page = await VisitAsync("?utm_source=FB");
        await page.ClickAsync("a");

        var views = await Shop.AcceptedAsync("pageview", 2);
        Ids(views[1]).ShouldBe(Ids(views[0]));
        views[1]["utm"].ShouldBe("""{"utm_source":"FB"}""");
        await Shop.AcceptedAsync("click");
    }

    [Fact]
    public async Task A_parameter_that_the_ingress_would_refuse_does_not_cost_the_event()
    {
        await VisitAsync($"?fbclid=X&gclid={new string('g', 600)}&utm_source=%0A&utm_medium=cpc&utm_campaign={new string('c', 600)}");

        var click = (await Shop.AcceptedAsync("click"))[0];
        (click["fbclid"], click["gclid"], click["utm"]).ShouldBe(("X", null, """{"utm_medium":"cpc"}"""));
    }

    [Fact]
    public async Task A_session_ends_after_half_an_hour_of_silence()
    {
        await Visitor.Clock.InstallAsync();
        var page = await VisitAsync();
        await page.EvaluateAsync("trackhub.consent({ ads: true })");
        await Visitor.Clock.FastForwardAsync("29:00");
        await page.EvaluateAsync("trackhub.pageview()");
        await Visitor.Clock.FastForwardAsync("31:00");
        await page.EvaluateAsync("trackhub.pageview()");

        var views = await Shop.AcceptedAsync("pageview", 3);
        views[1]["session_id"].ShouldBe(views[0]["session_id"]);
        views[2]["session_id"].ShouldNotBe(views[0]["session_id"]);
        views[2]["click_id"].ShouldBe(views[0]["click_id"]);
        // A decision is known by session: the new one is told of it.
        var consents = await Shop.AcceptedAsync("consent", 2);
        consents.ShouldContain(consent => consent["session_id"] == views[2]["session_id"] && consent["ads"] == "True");
    }

    [Fact]
    public async Task A_tag_without_key_and_a_second_tag_do_nothing()
    {
        Shop.Head = $"""<script src="{Shop.Ingress}/t.js"></script><script src="{Shop.Ingress}/t.js" data-key="{Shop.Key}"></script>""";
        var page = await VisitAsync();
        await page.WaitForLoadStateAsync();
        await page.EvaluateAsync("trackhub.pageview()");

        await Shop.AcceptedAsync("pageview", 2);
    }

    private static (string?, string?, string?) Ids(Sent sent) => (sent["click_id"], sent["fbc"], sent["fbp"]);
}
