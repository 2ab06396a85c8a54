using System.Text.RegularExpressions;
using TrackHub.Testing;

namespace TrackHub.Browser;

/// <summary>No event is lost because the ingress, the network or the page was away for a while.</summary>
public sealed partial class DeliveryTests : BrowserTest
{
    private const int Away = 503;
    private const int Broken = 0;

    // Events as they lie in local storage.
    private const string Waiting = "Object.keys(localStorage).filter(name => name.startsWith('_th.')).map(name => localStorage[name])";

    [Theory]
    [InlineData(Away)]
    [InlineData(Broken)]
    public async Task An_event_that_was_not_taken_comes_again_under_its_id_and_time(int status)
    {
        var refusals = 2;
        Shop.Answer = _ => (Interlocked.Decrement(ref refusals) >= 0 ? status : 202, null);
        var page = await VisitAsync();

        await Shop.AcceptedAsync("pageview");

        var attempts = Shop.Sent;
        attempts.Select(static sent => sent.Status).ShouldBe([status, status, 202]);
        attempts.Select(static sent => (sent["event_id"], sent["event_time"])).Distinct().ShouldHaveSingleItem();
        await Eventually.Holds(async () => (await page.EvaluateAsync<string[]>(Waiting)).ShouldBeEmpty());
    }

    [Fact]
    public async Task It_comes_no_earlier_than_the_server_asked()
    {
        var refused = 0;
        Shop.Answer = _ => Interlocked.Exchange(ref refused, 1) is 0 ? (429, 3) : (202, null);
        var page = await VisitAsync();
        await Eventually.Holds(() => Shop.Sent.Count == 1);

        // Neither being online again nor another page makes it come earlier.
        await page.EvaluateAsync("dispatchEvent(new Event('online'))");
        await page.GotoAsync(Shop.Address + "next");

        await Shop.AcceptedAsync("pageview", 2);
        var attempts = Shop.Sent.GroupBy(static sent => sent["event_id"]).Select(static group => group.Select(static sent => sent.At).ToList()).Single(static times => times.Count > 1);
        (attempts[1] - attempts[0]).ShouldBeGreaterThan(TimeSpan.FromSeconds(2.9));
    }

    [Fact]
    public async Task What_is_refused_for_good_is_not_sent_again()
    {
        Shop.Answer = static route => (route is "click" ? 400 : 202, null);
        var page = await VisitAsync("?fbclid=X");
        await Shop.AcceptedAsync("pageview");

        await Eventually.Holds(async () => (await page.EvaluateAsync<string[]>(Waiting)).ShouldBeEmpty());
        await VisitAsync("next");
        await Shop.AcceptedAsync("pageview", 2);
        Shop.Sent.Count(static sent => sent.Route == "click").ShouldBe(1);
    }

    [Fact]
    public async Task What_a_page_could_not_send_the_next_one_sends()
    {
        Shop.Answer = static _ => (Away, null);
        var page = await VisitAsync("first?fbclid=X");
        await Eventually.Holds(() => Shop.Sent.Any(static sent => sent.Route == "click"));
        await page.CloseAsync();
        var click = Shop.Sent.First(static sent => sent.Route == "click");
        Shop.Answer = static _ => (202, null);

        await VisitAsync("second");

        (await Shop.AcceptedAsync("click"))[0].Body.ToString().ShouldBe(click.Body.ToString());
        (await Shop.AcceptedAsync("pageview", 2)).ShouldContain(static view => view["url"]!.EndsWith("/first", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_happens_offline_is_sent_when_the_network_is_back()
    {
        var page = await VisitAsync();
        await Shop.AcceptedAsync("pageview");
        await Visitor.SetOfflineAsync(true);
        await page.EvaluateAsync("trackhub.initiateCheckout(); trackhub.pageview()");
        await Eventually.Holds(async () => (await page.EvaluateAsync<string[]>(Waiting)).Length.ShouldBe(2));

        await Visitor.SetOfflineAsync(false);

        await Shop.AcceptedAsync("initiate_checkout");
        await Shop.AcceptedAsync("pageview", 2);
    }

    [Fact]
    public async Task At_most_50_wait_and_the_oldest_give_way()
    {
        Shop.Answer = static _ => (Away, 600);
        var page = await VisitAsync();

        await page.EvaluateAsync("for (let i = 0; i < 60; i++) trackhub.initiateCheckout({ product: `P${i}` })");

        await Eventually.Holds(() => Shop.Sent.Count >= 61);
        var waiting = await page.EvaluateAsync<string[]>(Waiting);
        waiting.Length.ShouldBe(50);
        waiting.ShouldNotContain(static item => item.Contains("\\\"P9\\\"", StringComparison.Ordinal));
        waiting.ShouldContain(static item => item.Contains("\\\"P10\\\"", StringComparison.Ordinal));
        waiting.ShouldContain(static item => item.Contains("\\\"P59\\\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_email_is_never_stored_and_has_its_last_chance_when_the_page_ends()
    {
        Shop.Answer = static route => (route is "identify" ? Away : 202, 600);
        var page = await VisitAsync();
        await page.EvaluateAsync("trackhub.identify({ email: 'maria@example.com' })");
        await Eventually.Holds(() => Shop.Sent.Any(static sent => sent.Route == "identify"));
        (await page.EvaluateAsync<string>("document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")).ShouldNotContain("maria");
        Shop.Answer = static _ => (202, null);

        await page.GotoAsync("about:blank");

        (await Shop.AcceptedAsync("identify"))[0]["email"].ShouldBe("maria@example.com");
    }

    [Fact]
    public async Task Where_nothing_can_be_stored_the_end_of_the_page_is_the_last_chance()
    {
        await Visitor.AddInitScriptAsync("Object.defineProperty(window, 'localStorage', { get: () => { throw new DOMException('', 'SecurityError') } })");
        Shop.Answer = static _ => (Away, 600);
        var page = await VisitAsync();
        await Eventually.Holds(() => Shop.Sent.Count == 1);
        Shop.Answer = static _ => (202, null);

        await page.GotoAsync("about:blank");

        (await Shop.AcceptedAsync("pageview"))[0]["event_id"].ShouldBe(Shop.Sent[0]["event_id"]);
    }

    [Fact]
    public async Task A_purchase_has_the_event_id_that_the_server_gives_it()
    {
        var document = await File.ReadAllTextAsync(Path.Combine(Machine.Root, "docs", "event_id.md"));
        var vectors = Vector().Matches(document).Where(static row => row.Groups["brand"].Value == "abc123def456").ToList();
        vectors.Count.ShouldBeGreaterThan(3);
        var page = await VisitAsync();

        foreach (var vector in vectors)
        {
            var sale = new[] { vector.Groups["gateway"].Value.ToUpperInvariant(), $" {vector.Groups["sale"].Value}\n" };
            (await page.EvaluateAsync<string>("sale => trackhub.purchaseEventId(...sale)", sale)).ShouldBe(vector.Groups["id"].Value);
        }
    }

    [GeneratedRegex(@"^\| `(?<brand>\w+)` \| `Purchase` \| `(?<gateway>\w+)` \| `(?<sale>[^`]+)` \| `(?<id>[0-9a-f]{64})` \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Vector();
}
