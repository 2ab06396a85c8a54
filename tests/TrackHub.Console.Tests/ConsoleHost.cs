using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TrackHub.ConsoleApi;
using TrackHub.ConsoleApi.Access;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Tenants;
using TrackHub.Testing;

namespace TrackHub.ConsoleTests;

/// <summary>A running console: the role as it ships, on a free port, over a database of its own; logins and keys as an operator makes them.</summary>
public sealed class ConsoleHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _postgres;

    private ConsoleHost(WebApplication app, string postgres)
    {
        (_app, _postgres) = (app, postgres);
        Owner = NpgsqlDataSource.Create(postgres);
        Admin = new(Owner, new MasterKeys(MasterKey.Parse(TestBrands.MasterKey)));
        Address = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ElementAt(1));   // the first is the admin port
        Client = NewClient();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Sends what it is given: no cookies of its own, no redirects.</summary>
    public HttpClient Client { get; }

    /// <summary>The tables as their owner.</summary>
    public NpgsqlDataSource Owner { get; }

    /// <summary>The command line's hand.</summary>
    public TenantAdmin Admin { get; }

    /// <summary>Its services.</summary>
    public IServiceProvider Services => _app.Services;

    internal IReadOnlyList<(Microsoft.AspNetCore.Routing.RouteEndpoint Endpoint, AccessRule Rule)> Endpoints => AccessRule.EnsureEverywhere(_app);

    /// <summary>Starts one.</summary>
    /// <param name="settings">Beside the addresses, <c>Section:Key=value</c> each.</param>
    public static Task<ConsoleHost> StartAsync(params string[] settings) => StartAsync(static _ => { }, settings);

    /// <summary>Starts one with services of its own.</summary>
    /// <param name="replace">Registers them, after the role's.</param>
    /// <param name="settings">Beside the addresses, <c>Section:Key=value</c> each.</param>
    public static async Task<ConsoleHost> StartAsync(Action<WebApplicationBuilder> replace, params string[] settings)
    {
        ArgumentNullException.ThrowIfNull(replace);
        return await StartAsync(await TestBrands.CreateDatabaseAsync(), replace, settings);
    }

    /// <summary>Starts another one over the same database.</summary>
    /// <param name="settings">Beside the addresses, <c>Section:Key=value</c> each.</param>
    public Task<ConsoleHost> StartBesideAsync(params string[] settings) => StartAsync(_postgres, static _ => { }, settings);

    private static async Task<ConsoleHost> StartAsync(string postgres, Action<WebApplicationBuilder> replace, string[] settings)
    {
        var login = $"console_{Guid.NewGuid():N}";
        await (await TestMachine.PostgresAsync()).ExecuteAsync($"create role {login} login in role trackhub_console");
        string[] given =
        [
            "Console:Port=0", $"Postgres:ConnectionString={PostgresServer.AsWriter(postgres)}", $"Postgres:ConsoleConnectionString={PostgresServer.As(postgres, login)}",
            $"Secrets:MasterKey={TestBrands.MasterKey}", "Kafka:BootstrapServers=127.0.0.1:1", .. settings,
        ];
        var builder = RoleHost.CreateBuilder(new() { Roles = [ConsoleRole.Name], AdminPort = 0, Arguments = [.. given.Select(static pair => "--" + pair)] });
        builder.AddConsole();
        replace(builder);
        var app = builder.Build();
        app.MapConsole();
        await app.StartAsync();
        return new(app, postgres);
    }

    /// <summary>A client of its own.</summary>
    public HttpClient NewClient() =>
        new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>A session of a user, begun without the password, whose check is slow on purpose.</summary>
    internal async Task<Secret<string>> SessionAsync(string userId) =>
        (await Services.GetRequiredService<CallerStore>().OpenSessionAsync(userId, CancellationToken.None))!;

    /// <summary>Sends a request and reads the answer's JSON; undefined where there is none.</summary>
    public async Task<(HttpResponseMessage Answer, JsonElement Body)> SendAsync(HttpRequestMessage request)
    {
        var answer = await Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }

    /// <summary>Changes rows as nobody may, such as the past of a session.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var command = Owner.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of the first row.</summary>
    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Owner.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await Owner.DisposeAsync();
    }

    internal static HttpRequestMessage SignIn(string login, string password) =>
        new(HttpMethod.Post, "/api/v1/session") { Content = JsonContent.Create(new { login, password }) };
}
