using Microsoft.Playwright;

namespace TrackHub.Browser;

/// <summary>The one browser of a test run: Debian's Chromium. Each test takes a visitor of its own, who shares no cookie with any other.</summary>
internal static class Chromium
{
    /// <summary>Where Debian's package puts it.</summary>
    private const string Program = "/usr/bin/chromium";

    /// <summary>Names of pages that need a registrable domain: all are this machine.</summary>
    private const string Names = "--host-resolver-rules=MAP *.example.com 127.0.0.1,MAP *.example.com.br 127.0.0.1";

    private static readonly Lazy<Task<IBrowser>> Shared = new(StartAsync);

    /// <summary>A visitor who was never here before. Checkouts are answered without a network.</summary>
    public static async Task<IBrowserContext> VisitorAsync()
    {
        var context = await (await Shared.Value).NewContextAsync();
        await context.RouteAsync(static url => url.StartsWith("https://", StringComparison.Ordinal), static route => route.FulfillAsync(new()
        {
            ContentType = "text/html",
            Body = "<!doctype html><title>checkout</title>",
        }));
        return context;
    }

    private static async Task<IBrowser> StartAsync()
    {
        if (!File.Exists(Program)) throw new InvalidOperationException($"{Program} is not there. Remedy: ./trackhub test installs it.");

        // It ends with this process: its driver notices the closed pipe.
        var playwright = await Playwright.CreateAsync();
        return await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Program,
            Headless = true,
            // Chromium's sandbox refuses to run as root, which build machines often are. Nothing but our own pages is shown.
            ChromiumSandbox = false,
            Args = ["--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", Names],
        });
    }
}
