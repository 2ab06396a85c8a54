using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.ConsoleApi;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Tenants;
using TrackHub.Testing;

namespace TrackHub.Integration.Pages;

/// <summary>The console as it ships, on a free port, over another world's log and database.</summary>
internal sealed class ConsoleApp : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http;

    private ConsoleApp(WebApplication app)
    {
        _app = app;
        _http = new()
        {
            BaseAddress = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ElementAt(1)),   // the first is the admin port
            Timeout = TimeSpan.FromSeconds(60),
        };
    }

    /// <summary>Starts one.</summary>
    /// <param name="world">Configuration of the world's roles.</param>
    /// <param name="owner">Its database, as its owner.</param>
    public static async Task<ConsoleApp> StartAsync(IReadOnlyDictionary<string, string?> world, string owner)
    {
        var login = $"console_{Guid.NewGuid():N}";
        await (await TestMachine.PostgresAsync()).ExecuteAsync($"create role {login} login in role trackhub_console");
        var settings = new Dictionary<string, string?>(world)
        {
            ["Console:Port"] = "0",
            ["Console:RequestsPerMinute"] = "100000",
            ["Postgres:ConsoleConnectionString"] = PostgresServer.As(owner, login),
        };
        var builder = RoleHost.CreateBuilder(new() { Roles = [ConsoleRole.Name], AdminPort = 0, Arguments = [.. settings.Select(static pair => $"--{pair.Key}={pair.Value}")] });
        builder.AddConsole();
        var app = builder.Build();
        app.MapConsole();
        await app.StartAsync();
        return new(app);
    }

    /// <summary>Sends a request with a key and reads the answer.</summary>
    public async Task<(int Status, JsonElement Body, Uri? Location)> SendAsync(HttpMethod method, string address, Secret<string> key, object? body = null)
    {
        using var request = new HttpRequestMessage(method, address) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new("Bearer", key.Reveal());
        using var answer = await _http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement, answer.Headers.Location);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
