using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using TrackHub.MetaSim.AdAccounts;
using TrackHub.MetaSim.Arrivals;
using TrackHub.MetaSim.Control;
using TrackHub.MetaSim.ConversionsApi;

namespace TrackHub.MetaSim;

/// <summary>A running simulator: Meta's Conversions API, Ads Insights and Google Ads at their own paths, control under <c>/_sim</c>.</summary>
public sealed class MetaSimHost : IAsyncDisposable
{
    /// <summary>Largest accepted request body, 8 MiB: the cap public integrations keep to. Meta documents none.</summary>
    public const int MaxBodyBytes = 8 * 1024 * 1024;

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(1);

    private readonly WebApplication _app;
    private readonly ArrivalStore _store;

    private MetaSimHost(WebApplication app, ArrivalStore store, int port, string host)
    {
        _app = app;
        _store = store;
        Port = port;
        BaseAddress = new UriBuilder(Uri.UriSchemeHttp, host, port).Uri;
    }

    /// <summary>The bound TCP port.</summary>
    public int Port { get; }

    /// <summary>The address to use in place of <c>https://graph.facebook.com/</c>.</summary>
    public Uri BaseAddress { get; }

    /// <summary>Reads what an earlier run stored, binds the port and starts answering.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="IOException">The port is taken, or the data directory is not writable or used by another simulator.</exception>
    public static async Task<MetaSimHost> StartAsync(MetaSimOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();

        var store = ArrivalStore.Open(options);
        WebApplication? app = null;
        try
        {
            app = Build(options, store);
            await app.StartAsync(cancellationToken);
            var address = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
            return new MetaSimHost(app, store, new Uri(address).Port, options.Host);
        }
        catch
        {
            if (app is not null)
                await app.DisposeAsync();
            store.Dispose();
            throw;
        }
    }

    /// <summary>Stops within two seconds, whatever answers are still dripping, and closes the store.</summary>
    public async ValueTask DisposeAsync()
    {
        using (var limit = new CancellationTokenSource(StopTimeout))
        {
            await _app.StopAsync(limit.Token);
        }

        await _app.DisposeAsync();
        _store.Dispose();
    }

    private static WebApplication Build(MetaSimOptions options, ArrivalStore store)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.Limits.MaxConcurrentConnections = 4096;
            kestrel.Listen(IPAddress.Parse(options.Host), options.Port);
        });
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopTimeout);
        builder.Services.Replace(ServiceDescriptor.Singleton(options.LoggerFactory));
        builder.Services.AddSingleton(options.Clock);
        builder.Services.AddSingleton(store);
        builder.Services.AddSingleton<BehaviourBook>();
        builder.Services.AddSingleton<SimStatistics>();
        builder.Services.AddSingleton<CallLog>();
        builder.Services.AddSingleton<AnswerSender>();
        builder.Services.AddSingleton<EventsEndpoint>();
        builder.Services.AddSingleton<AdAccountBook>();
        builder.Services.AddSingleton<AdAnswers>();
        builder.Services.AddSingleton<InsightsEndpoint>();
        builder.Services.AddSingleton<GoogleAdsEndpoint>();

        var app = builder.Build();
        app.MapGet("/health", static context => context.Response.WriteAsync("ok"));
        // Ready means the store is read and open, which StartAsync has waited for.
        app.MapGet("/ready", static context => context.Response.WriteAsync("ready"));
        app.MapControl();
        app.MapAdAccounts();
        app.MapConversionsApi();
        return app;
    }
}
