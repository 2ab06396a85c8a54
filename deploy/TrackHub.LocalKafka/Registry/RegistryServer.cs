using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Registry;

/// <summary>Serves <see cref="RegistryEndpoints"/> over HTTP.</summary>
internal sealed class RegistryServer : IAsyncDisposable
{
    private const int MaxBodyBytes = 1024 * 1024;

    private readonly WebApplication _app;

    private RegistryServer(WebApplication app) => _app = app;

    /// <summary>The address that was bound.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>Reads the registry's topic and starts to listen.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<RegistryServer> StartAsync(
        TopicStore topics, IPAddress address, int port, TimeProvider clock, ILoggerFactory loggers, CancellationToken stoppingToken)
    {
        // Empty on purpose: this process's own settings and environment are not the registry's.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        // A line per request is of no use to an operator: only what goes wrong is passed on.
        builder.Services.AddLogging(logging => logging.AddProvider(new ForwardingLoggerProvider(loggers)).SetMinimumLevel(LogLevel.Warning));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.Listen(address, port);
        });
        var app = builder.Build();
        app.UseRegistryErrors();
        app.UseRouting();
        app.UseRegistryMediaTypes();
        app.MapRegistryEndpoints(new SchemaRegistry(new SchemaStore(new SchemaLog(topics, clock))));
        try
        {
            await app.StartAsync(stoppingToken);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new RegistryServer(app);
    }

    /// <summary>Stops; requests are short, so a second is enough for those under way.</summary>
    public async ValueTask DisposeAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(deadline.Token);
        await _app.DisposeAsync();
    }
}
