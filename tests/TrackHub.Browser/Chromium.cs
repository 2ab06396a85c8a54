using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using TrackHub.Testing;

namespace TrackHub.Browser;

/// <summary>The one browser of a test run: Debian's Chromium. Each test takes a visitor of its own, who shares no cookie with any other.</summary>
internal static class Chromium
{
    /// <summary>Where Debian's package puts it.</summary>
    private const string Program = "/usr/bin/chromium";

    private static readonly Lazy<Task<IBrowser>> Shared = new(StartAsync);

    /// <summary>A visitor who was never here before.</summary>
    public static async Task<IBrowserContext> VisitorAsync() => await (await Shared.Value).NewContextAsync(new() { IgnoreHTTPSErrors = true });

    private static async Task<IBrowser> StartAsync()
    {
        if (!File.Exists(Program)) throw new InvalidOperationException($"{Program} is not there. Remedy: ./trackhub test installs it.");

        // Every https address is the page below; the names of shops, which need a registrable domain, are this machine.
        var names = $"--host-resolver-rules=MAP *:443 127.0.0.1:{await CheckoutsAsync()},MAP *.example.com 127.0.0.1,MAP *.example.com.br 127.0.0.1";
        // It ends with this process: its driver notices the closed pipe.
        var playwright = await Playwright.CreateAsync();
        return await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Program,
            Headless = true,
            // Chromium's sandbox refuses to run as root, which build machines often are. Nothing but our own pages is shown.
            ChromiumSandbox = false,
            Args = ["--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", names],
        });
    }

    /// <summary>Starts what stands in for the gateways' checkouts, for as long as the process lives.</summary>
    /// <returns>Its port.</returns>
    private static async Task<int> CheckoutsAsync()
    {
        var (certificate, key) = TestCertificate.Write(TestFolder.Next("checkouts"));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.UseHttps(X509Certificate2.CreateFromPemFile(certificate, key))));
        var app = builder.Build();
        app.Map("/{**path}", static () => Results.Content("<!doctype html><title>checkout</title><link rel=icon href=data:,>", "text/html"));
        await app.StartAsync();
        return new Uri(app.Urls.Single()).Port;
    }
}
