using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace TrackHub.ConsoleApi.Listening;

/// <summary>Metadata of the console's endpoints.</summary>
internal sealed class ConsoleEndpoint
{
    /// <summary>The only one.</summary>
    public static readonly ConsoleEndpoint Instance = new();

    private ConsoleEndpoint()
    {
    }
}

/// <summary>The port that people and their machines talk to.</summary>
/// <remarks>Kestrel's own limits are the whole process's and may be another role's here, so the console's hold per connection and per request.</remarks>
internal static class ConsoleListener
{
    /// <summary>Largest body, in bytes: the largest there is configures a brand.</summary>
    public const int MaxBody = 64 * 1024;

    /// <summary>Listens on the console's port.</summary>
    public static void AddConsoleListener(this IServiceCollection services) =>
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<ConsoleOptions>>(static (kestrel, options) => Listen(kestrel, options.Value));

    /// <summary>Whether a request came in through the console's port: the Host header is the caller's to choose, the listener is not.</summary>
    public static bool IsConsole(HttpContext context) => context.Features.Get<Mark>() is not null;

    private static void Listen(KestrelServerOptions kestrel, ConsoleOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.AllowSynchronousIO = false;
        var open = 0;
        kestrel.Listen(IPAddress.Parse(options.Host), options.Port, listen =>
        {
            // TLS ends in front of this port; what is not spoken (streams, resets, header compression) cannot be abused.
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => async connection =>
            {
                try
                {
                    if (Interlocked.Increment(ref open) > options.MaxConnections)
                        return;
                    connection.Features.Set(Mark.Instance);
                    await next(connection);
                }
                finally
                {
                    Interlocked.Decrement(ref open);
                }
            });
        });
    }

    private sealed class Mark
    {
        public static readonly Mark Instance = new();
    }
}
