using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using TrackHub.LocalKafka.Access;

namespace TrackHub.LocalKafka.Registry;

/// <summary>The registry's address for other machines: TLS by the broker's certificate, HTTP Basic by the broker's users.</summary>
internal static class RegistryAccess
{
    /// <summary>Name and password are shorter; what is longer is not decoded.</summary>
    private const int MaxCredentialsChars = 4096;

    private const string Scheme = "Basic ";

    /// <summary>Listens there as well.</summary>
    public static void Listen(this KestrelServerOptions kestrel, NetworkAccess network) => kestrel.Listen(network.Address, network.Options.RegistryPort, listen =>
    {
        if (network.Certificate is { } certificate)
            listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(certificate.Tls) });

        // The marker tells connections by their listener: any header can be made up.
        listen.Use(static next => connection =>
        {
            connection.Features.Set(Stranger.Marker);
            return next(connection);
        });
    });

    /// <summary>Answers 401 to who comes from there and is no user, before anything else is done.</summary>
    public static void UseRegistryUsers(this IApplicationBuilder app, NetworkAccess network) => app.Use(async (context, next) =>
    {
        if (context.Features.Get<Stranger>() is null || IsUser(context.Request.Headers.Authorization, network.Users))
        {
            await next(context);
            return;
        }

        await network.RefuseAsync(context.Connection.RemoteIpAddress?.ToString() ?? "", context.RequestAborted);
        context.Response.Headers.WWWAuthenticate = "Basic realm=\"schema registry\", charset=\"UTF-8\"";
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
    });

    /// <summary>Source: RFC 7617.</summary>
    private static bool IsUser(string? authorization, PasswordFiles users)
    {
        if (authorization is not { Length: < MaxCredentialsChars } || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;

        var credentials = new byte[authorization.Length];
        if (!Convert.TryFromBase64String(authorization[Scheme.Length..].Trim(), credentials, out var length))
            return false;

        var colon = credentials.AsSpan(0, length).IndexOf((byte)':');
        return colon > 0 && users.Know(Encoding.UTF8.GetString(credentials, 0, colon), credentials.AsSpan(colon + 1, length - colon - 1));
    }

    private sealed class Stranger
    {
        public static readonly Stranger Marker = new();
    }
}
