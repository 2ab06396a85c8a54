using Microsoft.Playwright;

namespace TrackHub.Browser;

/// <summary>The click id on its way into the checkout, and the event that says so.</summary>
public sealed class CheckoutTests : BrowserTest
{
    private const string Other = "th_0000000000000000000000000a";

    // {id} is the visitor's click id. A gateway's best parameter comes back in its webhook: CheckoutTracking reads it there.
    private static readonly (string Link, string? Expected)[] Links =
    [
        ("https://pay.kiwify.com.br/abc", "https://pay.kiwify.com.br/abc?sck={id}"),
        ("https://kiwify.app/abc", "https://kiwify.app/abc?sck={id}"),
        ("https://pay.hotmart.com/A1?off=b&checkoutMode=10", "https://pay.hotmart.com/A1?off=b&checkoutMode=10&xcod={id}"),
        ("https://go.perfectpay.com.br/PPU1?upsell=true", "https://go.perfectpay.com.br/PPU1?upsell=true&utm_perfect={id}"),
        ("https://sun.eduzz.com/1", "https://sun.eduzz.com/1?utm_content={id}"),
        ("https://chk.eduzz.com/1?utm_content=banner", "https://chk.eduzz.com/1?utm_content=banner&utm_term={id}"),
        ("https://app.monetizze.com.br/checkout/K1", "https://app.monetizze.com.br/checkout/K1?src={id}"),
        ("https://ev.braip.com/checkout/pl1/ch1", "https://ev.braip.com/checkout/pl1/ch1?src={id}"),
        ("https://pay.cakto.com.br/c1", "https://pay.cakto.com.br/c1?sck={id}"),
        ("https://pay.kirvano.com/11111111-2222", "https://pay.kirvano.com/11111111-2222?src={id}"),
        ("https://payment.ticto.app/O1", "https://payment.ticto.app/O1?sck={id}"),
        ("https://lastlink.com/p/C1/checkout-payment", "https://lastlink.com/p/C1/checkout-payment?utm_content={id}"),
        ("https://buy.stripe.com/x1", "https://buy.stripe.com/x1?client_reference_id={id}"),

        // What another tracker has put there stays as it was written.
        ("https://pay.hotmart.com/A1?sck=FB%7Cc%201&xcod=a+b#top", "https://pay.hotmart.com/A1?sck=FB%7Cc%201&xcod=a+b&src={id}#top"),
        ("https://pay.hotmart.com/A1?sck=1&xcod=FBhQwK21wXxRc1&src=3", "https://pay.hotmart.com/A1?sck=1&xcod=FBhQwK21wXxRc1-{id}&src=3"),
        ("https://buy.stripe.com/x1?client_reference_id=user-77", "https://buy.stripe.com/x1?client_reference_id=user-77-{id}"),
        ("https://pay.kiwify.com.br/abc?sck=&x=1", "https://pay.kiwify.com.br/abc?sck={id}&x=1"),
        ("https://pay.kiwify.com.br/abc?s1={id}", "https://pay.kiwify.com.br/abc?s1={id}"),
        // Another visitor's click id, from a link that was copied.
        ("https://pay.kiwify.com.br/abc?sck=FB-" + Other + "%7Cz", "https://pay.kiwify.com.br/abc?sck=FB-{id}%7Cz"),

        ("https://pay.example.com/buy/1", "https://pay.example.com/buy/1?xcod={id}"),
        ("https://pay.example.com/buyer", null),
        ("https://ev.braip.com/ref?pl=1", null),
        ("https://lastlink.com/profile", null),
        ("https://notpay.kiwify.com.br/abc", null),
        ("https://pay.kiwify.com.br.example.com/abc", null),
        ("https://www.example.com/?next=https://pay.kiwify.com.br/abc", null),
        ("mailto:vendas@example.com", null),
        ("/inside", null),
        ("http://[", null),
    ];

    [Fact]
    public async Task A_link_to_a_checkout_carries_the_click_id_where_its_gateway_gives_it_back()
    {
        Shop.Tag += " data-checkouts=\"hotmart=pay.example.com/buy stripe=cobranca.example.com unknown=x.example.com\"";
        var page = await VisitAsync();
        var id = await page.EvaluateAsync<string>("trackhub.clickId()");

        var links = Links.Select(link => link.Link.Replace("{id}", id, StringComparison.Ordinal)).ToArray();
        var decorated = await page.EvaluateAsync<string[]>("links => links.map(link => trackhub.link(link))", links);

        decorated.ShouldBe(Links.Select((link, i) => link.Expected?.Replace("{id}", id, StringComparison.Ordinal) ?? links[i]));
    }

    [Fact]
    public async Task A_click_on_a_link_that_came_later_leaves_with_the_click_id_and_is_told_with_its_offer()
    {
        var page = await VisitAsync("?fbclid=X");
        await page.EvaluateAsync("""
            document.body.innerHTML = '<a href="https://pay.kiwify.com.br/abc?src=bio" data-th-product="P1" data-th-value="197.90" data-th-currency="BRL"><b>Comprar</b></a>'
            """);
        var told = await PixelAfterAsync(page, () => page.ClickAsync("b"));

        var sent = (await Shop.AcceptedAsync("initiate_checkout"))[0];
        await ComesToAsync(page, "https://pay.kiwify.com.br/abc?src=bio&sck=" + sent["click_id"]);
        (sent["product"], sent["value"], sent["currency"]).ShouldBe(("P1", "197.9", "BRL"));
        sent["fbc"]!.ShouldEndWith(".X");
        told.ShouldContain("InitiateCheckout " + sent["event_id"]);
    }

    [Theory]
    [InlineData("""<a target="_blank" href="https://pay.kiwify.com.br/abc">x</a>""", "a")]
    [InlineData("""<button onclick="window.open('https://pay.kiwify.com.br/abc', '_blank')">x</button>""", "button")]
    public async Task A_checkout_in_another_tab_has_the_click_id_too(string content, string press)
    {
        Shop.Content = content;
        var page = await VisitAsync();

        var other = await Visitor.RunAndWaitForPageAsync(() => page.ClickAsync(press));

        var sent = (await Shop.AcceptedAsync("initiate_checkout"))[0];
        await ComesToAsync(other, "https://pay.kiwify.com.br/abc?sck=" + sent["click_id"]);
    }

    [Theory]
    [InlineData("""<button onclick="location.href = 'https://pay.kiwify.com.br/abc'">x</button>""", "button", null)]
    [InlineData("""<button onclick="location.href = 'https://pay.kiwify.com.br/abc'; for (const end = Date.now() + 1500; Date.now() < end;);">x</button>""", "button", null)]
    [InlineData("""<form action="https://pay.kiwify.com.br/abc?old=1"><input name="x" value="1"><button>x</button></form>""", "button", "x=1&")]
    [InlineData("""<form method="post" action="https://pay.kiwify.com.br/abc"><button>x</button></form>""", "button", null)]
    [InlineData("""<a href="https://pay.kiwify.com.br/abc" onclick="event.preventDefault(); location.href = this.href">x</a>""", "a", null)]
    [InlineData("""<svg><a href="https://www.example.com/"><text y="20">x</text></a></svg><a id="b" href="https://pay.kiwify.com.br/abc">x</a>""", "#b", null)]
    public async Task However_a_page_leads_to_the_checkout_it_is_told_once(string content, string press, string? query)
    {
        Shop.Content = content;
        var page = await VisitAsync();
        var id = await page.EvaluateAsync<string>("trackhub.clickId()");

        await page.ClickAsync(press);

        await ComesToAsync(page, $"https://pay.kiwify.com.br/abc?{query}sck={id}");
        await VisitAsync("again");
        await Shop.AcceptedAsync("pageview", 2);
        await Shop.AcceptedAsync("initiate_checkout");
    }

    [Fact]
    public async Task The_keyboard_does_what_the_mouse_does_and_a_page_can_mark_a_link()
    {
        Shop.Content = """<a href="https://loja.example.com/comprar" data-th-gateway="monetizze">x</a>""";
        var page = await VisitAsync();

        await page.FocusAsync("a");
        (await page.GetAttributeAsync("a", "href"))!.ShouldContain("?src=th_");
        await page.Keyboard.PressAsync("Enter");

        var sent = (await Shop.AcceptedAsync("initiate_checkout"))[0];
        await ComesToAsync(page, "https://loja.example.com/comprar?src=" + sent["click_id"]);
    }

    [Fact]
    public async Task A_double_click_begins_one_checkout_and_an_offer_with_a_wrong_price_is_told_without_it()
    {
        Shop.Content = """<a href="https://pay.kiwify.com.br/abc" target="_blank" onclick="event.preventDefault()" data-th-value="R$ 10" data-th-currency="real">x</a>""";
        var page = await VisitAsync();

        await page.DblClickAsync("a");
        await page.EvaluateAsync("trackhub.initiateCheckout({ value: 10, currency: 'BRL', product: 'P2' })");

        var sent = await Shop.AcceptedAsync("initiate_checkout", 2);
        sent.ShouldContain(checkout => checkout["value"] == null && checkout["currency"] == null);
        sent.ShouldContain(checkout => checkout["value"] == "10" && checkout["currency"] == "BRL" && checkout["product"] == "P2");
    }

    /// <summary>What the pixel was told by the time the page is left; afterwards nobody can ask it.</summary>
    private static async Task<List<string>> PixelAfterAsync(IPage page, Func<Task> act)
    {
        var told = new List<string>();
        await page.ExposeFunctionAsync("told", (string line) => told.Add(line));
        await page.EvaluateAsync("void (window.fbq = (...call) => told(call[1] + ' ' + call[3].eventID))");
        await act();
        return told;
    }
}
