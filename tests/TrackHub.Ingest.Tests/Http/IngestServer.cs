using System.Diagnostics.Metrics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TrackHub.Ingest.Appending;
using TrackHub.Ingest.Listening;
using TrackHub.Platform.Hosting;

namespace TrackHub.Ingest.Tests.Http;

/// <summary>The ingress on real sockets, with nothing behind it but memory.</summary>
internal sealed class IngestServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private IngestServer(WebApplication app, World world, MemoryEventLog log, LogLines logs)
    {
        (_app, World, Log, Logs) = (app, world, log, logs);
        Address = new(app.Urls.Single());
        Client = new() { BaseAddress = Address };
    }

    public World World { get; }

    public MemoryEventLog Log { get; }

    public LogLines Logs { get; }

    public Uri Address { get; }

    public HttpClient Client { get; }

    /// <summary>Scope of its meters.</summary>
    public IMeterFactory Meters => _app.Services.GetRequiredService<IMeterFactory>();

    public static Task<IngestServer> StartAsync(params (string Key, string Value)[] settings) => StartAsync(directoryIsLoaded: true, settings);

    public static Task<IngestServer> StartAsync(bool directoryIsLoaded, params (string Key, string Value)[] settings) =>
        StartAsync(new World(directoryIsLoaded), settings);

    public static async Task<IngestServer> StartAsync(World world, params (string Key, string Value)[] settings)
    {
        var log = new MemoryEventLog();
        var logs = new LogLines();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(
            [new("Ingest:Port", "0"), .. settings.Select(static setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))]);
        builder.Logging.ClearProviders().AddProvider(logs).SetMinimumLevel(LogLevel.Trace);
        builder.AddSection<IngestOptions>(IngestOptions.Section);
        builder.Services.AddSingleton(world.Clock);
        builder.Services.AddSingleton<Readiness>().AddSingleton<RoleHealth>();
        builder.Services.AddSingleton(world.Directory).AddSingleton(world.People).AddSingleton(world.Sealer).AddSingleton<IEventLog>(log);
        builder.Services.AddIntake();
        var app = builder.Build();
        app.MapIngest();
        app.MapGet("/of-another-role", static () => "not for the public");
        await app.StartAsync();
        return new(app, world, log, logs);
    }

    public static StringContent Json(string body, string type = "application/json") => new(body, Encoding.UTF8, new MediaTypeHeaderValue(type));

    public static async Task<JsonElement> ReadAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync()).RootElement;

    public Task<HttpResponseMessage> TrackAsync(string route, string body, string key = World.BrowserKey, Action<HttpRequestMessage>? change = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/track/{route}") { Content = Json(body) };
        request.Headers.Add("X-TrackHub-Key", key);
        change?.Invoke(request);
        return Client.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
