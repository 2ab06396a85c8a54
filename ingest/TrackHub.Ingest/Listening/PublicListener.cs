using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace TrackHub.Ingest.Listening;

/// <summary>The port the world talks to, with every limit set.</summary>
internal static class PublicListener
{
    /// <summary>Listens on the public port and keeps its endpoints apart from the admin port's, in both directions.</summary>
    public static void AddPublicListener(this IServiceCollection services)
    {
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<IngestOptions>>(static (kestrel, options) => Configure(kestrel, options.Value));
        // A request is read into a buffer that is there already instead of asking first whether one came: 4 KB more for each silent connection, a call less for each request.
        services.Configure<SocketTransportOptions>(static sockets => sockets.WaitForDataBeforeAllocatingBuffer = false);
        services.AddSingleton<MatcherPolicy, ListenerPolicy>();
    }

    /// <summary>Whether a request came in through the public port.</summary>
    public static bool IsPublic(HttpContext context) => context.Features.Get<Mark>() is not null;

    private static void Configure(KestrelServerOptions kestrel, IngestOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.AllowSynchronousIO = false;

        var limits = kestrel.Limits;
        limits.MaxConcurrentConnections = options.MaxConnections;
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.RequestHeadersTimeout = options.HeadersTimeout;
        limits.KeepAliveTimeout = options.KeepAliveTimeout;
        limits.MinRequestBodyDataRate = new(options.MinBodyBytesPerSecond, options.BodyRateGrace);
        limits.MinResponseDataRate = new(options.MinBodyBytesPerSecond, options.BodyRateGrace);
        limits.MaxRequestBodySize = 2L * Answering.BodyReader.MaxLargeBody;
        // Gateways and browsers send 10 to 20 headers in 2 KB; a query holds at most a key and a signature.
        limits.MaxRequestLineSize = 8 * 1024;
        limits.MaxRequestHeaderCount = 64;
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        // Buffers count per connection: a track body fits, a webhook is read in pieces.
        limits.MaxRequestBufferSize = 32 * 1024;
        limits.MaxResponseBufferSize = 32 * 1024;

        kestrel.Listen(IPAddress.Parse(options.Host), options.Port, static listen =>
        {
            // HTTP/1.1 alone: no gateway or browser speaks HTTP/2 without TLS, which ends in front of this port, and what is not spoken
            // (streams, resets, header compression) cannot be abused.
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(static next => connection =>
            {
                connection.Features.Set(Mark.Instance);
                return next(connection);
            });
        });
    }

    /// <summary>Metadata of endpoints that are served on the public port, and only there.</summary>
    internal sealed class PublicEndpoint
    {
        public static readonly PublicEndpoint Instance = new();
    }

    private sealed class Mark
    {
        public static readonly Mark Instance = new();
    }

    // By the listener a request really came through: the Host header is the caller's to choose. A fork in the routes, before that of the methods: who chose
    // among the candidates afterwards would have them allocated for each request.
    private sealed class ListenerPolicy : MatcherPolicy, IEndpointComparerPolicy, INodeBuilderPolicy
    {
        public override int Order => -2000;

        public IComparer<Endpoint> Comparer { get; } = new PublicFirst();

        public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => true;

        public IReadOnlyList<PolicyNodeEdge> GetEdges(IReadOnlyList<Endpoint> endpoints) =>
            [.. endpoints.GroupBy(ServesPublic).Select(static group => new PolicyNodeEdge(group.Key, [.. group]))];

        public PolicyJumpTable BuildJumpTable(int exitDestination, IReadOnlyList<PolicyJumpTableEdge> edges)
        {
            var destinations = edges.ToDictionary(static edge => (bool)edge.State, static edge => edge.Destination);
            return new Fork(destinations.GetValueOrDefault(true, exitDestination), destinations.GetValueOrDefault(false, exitDestination));
        }

        private static bool ServesPublic(Endpoint endpoint) => endpoint.Metadata.GetMetadata<PublicEndpoint>() is not null;

        private sealed class PublicFirst : IComparer<Endpoint>
        {
            public int Compare(Endpoint? x, Endpoint? y) => ServesPublic(y!).CompareTo(ServesPublic(x!));
        }

        private sealed class Fork(int ofPublic, int ofOthers) : PolicyJumpTable
        {
            public override int GetDestination(HttpContext httpContext) => IsPublic(httpContext) ? ofPublic : ofOthers;
        }
    }
}
