using Microsoft.Playwright;
using TrackHub.Testing;

namespace TrackHub.Browser;

/// <summary>A shop, a visitor who was never there, and the promise that the tracker never throws into a page.</summary>
public abstract class BrowserTest : IAsyncLifetime
{
    private readonly List<string> _errors = [];

    private protected Shop Shop { get; private set; } = null!;

    private protected IBrowserContext Visitor { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Shop = await Shop.OpenAsync();
        Visitor = await Chromium.VisitorAsync();
        Visitor.WebError += (_, error) => _errors.Add(error.Error);
    }

    public async Task DisposeAsync()
    {
        await Visitor.CloseAsync();
        await Shop.DisposeAsync();
        _errors.ShouldBeEmpty();
    }

    /// <summary>Opens a page of the shop in a tab of its own and waits for the tracker.</summary>
    /// <param name="path">Path and query.</param>
    /// <param name="host">One of the names of <see cref="Chromium"/>.</param>
    private protected async Task<IPage> VisitAsync(string path = "", string host = "localhost")
    {
        var page = await Visitor.NewPageAsync();
        await page.GotoAsync($"http://{host}:{Shop.Port}/{path}");
        await page.WaitForFunctionAsync("window.trackhub && trackhub.clickId");
        return page;
    }

    /// <summary>Waits until a tab has come to an address.</summary>
    /// <remarks>Not by WaitForURLAsync: a navigation that ends between its look at the address and its wait is missed.</remarks>
    private protected static Task ComesToAsync(IPage page, string address) =>
        Eventually.Holds(() => { page.Url.ShouldBe(address); return Task.CompletedTask; }, TimeSpan.FromMinutes(1));

    /// <summary>What the page's pixel was told: event and eventID.</summary>
    private protected static Task<string[]> PixelAsync(IPage page) => page.EvaluateAsync<string[]>("fbq.told.map(call => call[1] + ' ' + call[3].eventID)");
}
