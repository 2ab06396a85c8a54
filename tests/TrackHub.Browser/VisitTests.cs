using Microsoft.Playwright;

namespace TrackHub.Browser;

/// <summary>Who came, from where: ids, cookies and parameters.</summary>
public sealed class VisitTests : IAsyncLifetime
{
    private Shop _shop = null!;
    private IBrowserContext _visitor = null!;

    public async Task InitializeAsync()
    {
        _shop = await Shop.OpenAsync();
        _visitor = await Chromium.VisitorAsync();
    }

    public async Task DisposeAsync()
    {
        await _visitor.CloseAsync();
        await _shop.DisposeAsync();
    }

    [Fact]
    public async Task An_ad_click_is_told_once_with_everything_that_identifies_it()
    {
        var page = await _visitor.NewPageAsync();
        await page.GotoAsync(_shop.Address + "oferta?utm_source=FB&utm_campaign=c+1&fbclid=IwAR_x-1&gclid=G1&email=a%40example.com#top");

        var click = (await _shop.AcceptedAsync("click"))[0];
        var view = (await _shop.AcceptedAsync("pageview"))[0];

        click["click_id"]!.ShouldMatch("^th_[0-9a-z]{26}$");
        click["session_id"]!.ShouldMatch("^[0-9a-z]{26}$");
        click["event_id"]!.ShouldMatch("^[0-9a-z]{26}$");
        click["url"].ShouldBe(_shop.Address + "oferta");
        (click["fbclid"], click["gclid"]).ShouldBe(("IwAR_x-1", "G1"));
        click["utm"].ShouldBe("""{"utm_source":"FB","utm_campaign":"c 1"}""");
        click["fbc"]!.ShouldMatch(@"^fb\.0\.\d{13}\.IwAR_x-1$");
        click["fbp"]!.ShouldMatch(@"^fb\.0\.\d{13}\.\d{1,10}$");
        (view["click_id"], view["session_id"], view["fbc"], view["fbp"]).ShouldBe((click["click_id"], click["session_id"], click["fbc"], click["fbp"]));
        view["event_id"].ShouldNotBe(click["event_id"]);

        await page.ReloadAsync();
        var views = await _shop.AcceptedAsync("pageview", 2);
        (views[1]["click_id"], views[1]["session_id"], views[1]["fbc"]).ShouldBe((click["click_id"], click["session_id"], click["fbc"]));
        await _shop.AcceptedAsync("click");
    }
}
