using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TrackHub.Testing;

namespace TrackHub.Browser;

/// <summary>What a page sent.</summary>
/// <param name="Route">Kind of event.</param>
/// <param name="Body">JSON.</param>
/// <param name="Status">How it was answered.</param>
/// <param name="At">When it came.</param>
internal sealed record Sent(string Route, JsonElement Body, int Status, DateTimeOffset At)
{
    /// <summary>A text field; null if it is absent.</summary>
    public string? this[string field] => Body.TryGetProperty(field, out var value) ? value.ToString() : null;
}

/// <summary>A seller's pages, and beside them an ingress of another origin that answers as a test wants. Serves the built <c>t.js</c>.</summary>
internal sealed class Shop : IAsyncDisposable
{
    /// <summary>Write key of the pages; its middle is the brand of the vectors in docs/event_id.md.</summary>
    public const string Key = "thw_abc123def456_0000000000";

    private static readonly string Script = Path.Combine(Machine.Root, "ingest", "tracker", "dist", "t.js");

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Sent> _sent = new();

    private Shop(WebApplication app)
    {
        _app = app;
        app.MapGet("/t.js", Load);
        app.MapGet("/t.{version}.js", Load);
        app.MapPost("/track/{route}", AcceptAsync);
        app.MapGet("/{**path}", () => Results.Content($"<!doctype html><html><head><link rel=\"icon\" href=\"data:,\">{Page ?? Usual}</body></html>", "text/html"));
    }

    /// <summary>Port of both origins.</summary>
    public int Port => new Uri(_app.Urls.Single()).Port;

    /// <summary>Address of the seller's page.</summary>
    public string Address => $"http://localhost:{Port}/";

    /// <summary>Where the tracker comes from, and where its events go unless another ingress is named.</summary>
    public string Ingress { get; set; } = "";

    /// <summary>Attributes of the tracker's tag.</summary>
    public string Tag { get; set; } = $"data-key=\"{Key}\"";

    /// <summary>What stands in every page, in front of the tracker's tag. A pixel that keeps what it is told.</summary>
    public string Head { get; set; } = "<script>window.fbq = function () { fbq.told.push([].slice.call(arguments)) }; fbq.told = [];</script>";

    /// <summary>What stands in the page.</summary>
    public string Content { get; set; } = "";

    /// <summary>A page of another making; null for one of the three above.</summary>
    public string? Page { get; set; }

    /// <summary>How an event is answered: status and seconds of Retry-After. 202 unless a test says otherwise; 0 breaks the connection.</summary>
    public Func<string, (int Status, int? RetryAfter)> Answer { get; set; } = static _ => (StatusCodes.Status202Accepted, null);

    /// <summary>Everything that came so far, refused or not.</summary>
    public IReadOnlyList<Sent> Sent => [.. _sent];

    /// <summary>Opens a shop.</summary>
    public static async Task<Shop> OpenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var shop = new Shop(builder.Build());
        shop._app.Urls.Add("http://127.0.0.1:0");
        await shop._app.StartAsync();
        shop.Ingress = $"http://127.0.0.1:{shop.Port}";
        return shop;
    }

    /// <summary>Waits until so many events of a kind were accepted; one that came again under the same id is the same event.</summary>
    public async Task<IReadOnlyList<Sent>> AcceptedAsync(string route, int count = 1)
    {
        IReadOnlyList<Sent> found = [];
        await Eventually.Holds(() =>
        {
            found = [.. Sent.Where(sent => sent.Route == route && sent.Status == StatusCodes.Status202Accepted).DistinctBy(static sent => sent["event_id"])];
            found.Count.ShouldBeGreaterThanOrEqualTo(count, $"{route} of {string.Join(", ", Sent.Select(static sent => $"{sent.Route} {sent.Status}"))}");
            return Task.CompletedTask;
        });
        found.Count.ShouldBe(count);
        return found;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private string Usual => $"""{Head}<script async src="{Ingress}/t.js" {Tag}></script></head><body>{Content}""";

    private static IResult Load(HttpContext context)
    {
        context.Response.Headers.AccessControlAllowOrigin = "*";
        return Results.Bytes(File.ReadAllBytes(Script), "text/javascript");
    }

    private async Task AcceptAsync(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        var route = (string)context.Request.RouteValues["route"]!;
        var (status, retryAfter) = context.Request.Query["k"] == Key ? Answer(route) : (StatusCodes.Status401Unauthorized, null);
        _sent.Enqueue(new(route, body.RootElement.Clone(), status, TimeProvider.System.GetUtcNow()));
        if (status is 0)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = status;
        context.Response.Headers.AccessControlAllowOrigin = context.Request.Headers.Origin;
        context.Response.Headers.AccessControlExposeHeaders = "Retry-After";
        if (retryAfter is { } seconds) context.Response.Headers.RetryAfter = $"{seconds}";
    }
}
