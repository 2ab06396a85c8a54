using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TrackHub.LocalKafka.Access;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Registry;

/// <summary>Serves <see cref="RegistryEndpoints"/> over HTTP.</summary>
internal sealed class RegistryServer : IAsyncDisposable
{
    private const int MaxBodyBytes = 1024 * 1024;

    private readonly WebApplication _app;

    private RegistryServer(WebApplication app, NetworkAccess? network)
    {
        _app = app;
        Address = new Uri(app.Urls.First());
        if (network is not null)
        {
            var bound = new Uri(app.Urls.ElementAt(1));
            NetworkAddress = new UriBuilder(bound.Scheme, network.AdvertisedHost, bound.Port).Uri;
        }
    }

    /// <summary>The address that was bound.</summary>
    public Uri Address { get; }

    /// <summary>The address for other machines; null where there is none.</summary>
    public Uri? NetworkAddress { get; }

    /// <summary>Reads the registry's topic and starts to listen.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<RegistryServer> StartAsync(
        TopicStore topics, IPAddress address, int port, NetworkAccess? network, TimeProvider clock, ILoggerFactory loggers, CancellationToken stoppingToken)
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
            if (network is not null)
                kestrel.Listen(network);
        });
        var app = builder.Build();
        app.UseRegistryErrors();
        if (network is not null)
            app.UseRegistryUsers(network);
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

        return new RegistryServer(app, network);
    }

    /// <summary>Stops; requests are short, so a second is enough for those under way.</summary>
    public async ValueTask DisposeAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(deadline.Token);
        await _app.DisposeAsync();
    }
}
