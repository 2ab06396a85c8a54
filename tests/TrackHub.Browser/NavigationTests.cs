namespace TrackHub.Browser;

/// <summary>Pages that an application shows without loading them.</summary>
public sealed class NavigationTests : BrowserTest
{
    [Fact]
    public async Task Every_page_of_an_application_is_told_once_and_shares_its_id_with_the_pixel()
    {
        var page = await VisitAsync("a?utm_source=FB");
        await page.EvaluateAsync("""
            history.replaceState({}, '', '/a');             // tidies the address: the same page
            history.pushState({}, '', '/b');
            history.pushState({}, '', '/b');                // there already
            history.pushState({}, '', '/b?product=2');
            history.replaceState({}, '', '/c');             // a redirect: another page
            history.pushState({}, '', '/c#middle');         // a place in the same page
            history.pushState({}, '', '/c#/route');
            """);
        await Shop.AcceptedAsync("pageview", 5);
        await page.GoBackAsync();

        var views = await Shop.AcceptedAsync("pageview", 6);
        views.Select(static view => new Uri(view["url"]!).AbsolutePath).Order().ShouldBe(["/a", "/b", "/b", "/c", "/c", "/c"]);
        views.Select(static view => view["click_id"]).Distinct().ShouldHaveSingleItem();
        (await PixelAsync(page)).Order().ShouldBe(views.Select(static view => "PageView " + view["event_id"]).Order());
        await Shop.AcceptedAsync("click");
    }

    [Fact]
    public async Task A_pixel_that_comes_after_the_tracker_is_told_too()
    {
        Shop.Head = "";
        Shop.Content = """<script>window.fbq = function () { fbq.told.push([].slice.call(arguments)) }; fbq.told = [];</script><img src="/slow">""";
        var page = await VisitAsync();

        var view = (await Shop.AcceptedAsync("pageview"))[0];
        (await PixelAsync(page)).ShouldBe(["PageView " + view["event_id"]]);
    }

    [Fact]
    public async Task A_page_may_keep_its_pixel_to_itself_and_need_not_have_one()
    {
        Shop.Tag += " data-pixel=\"off\"";
        var page = await VisitAsync();
        await Shop.AcceptedAsync("pageview");
        (await PixelAsync(page)).ShouldBeEmpty();

        Shop.Tag = $"data-key=\"{Shop.Key}\"";
        Shop.Head = "";
        await VisitAsync();
        await Shop.AcceptedAsync("pageview", 2);
    }
}
