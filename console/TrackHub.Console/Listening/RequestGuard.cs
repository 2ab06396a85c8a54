using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TrackHub.ConsoleApi.Answering;
using TrackHub.Platform.Hosting;

namespace TrackHub.ConsoleApi.Listening;

/// <summary>Refuses what Kestrel lets through, before anything of a request is looked at.</summary>
internal static class RequestGuard
{
    private static readonly Problem Ambiguous = Problems.Malformed("The body's length is ambiguous: send Content-Length or Transfer-Encoding: chunked, one of them, once.");

    /// <summary>Believes the proxies of <see cref="ConsoleOptions.TrustedProxies"/> about who calls.</summary>
    public static void UseTrustedProxies(this IApplicationBuilder app) =>
        app.UseForwardedClients(app.ApplicationServices.GetRequiredService<IOptions<ConsoleOptions>>().Value.TrustedProxies, ConsoleListener.IsConsole);

    /// <summary>Bounds the body and refuses one whose length two readers could understand differently.</summary>
    public static void UseRequestGuard(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        var headers = context.Request.Headers;
        if (headers.TransferEncoding.Count > 0 && (headers.TransferEncoding != "chunked" || headers.ContentLength is not null || headers.ContainsKey("X-Content-Length")))
        {
            headers = context.Response.Headers;
            headers.Connection = "close";
            return Ambiguous.ExecuteAsync(context);
        }

        if (headers.ContentLength > ConsoleListener.MaxBody)
            return Problems.TooLarge.ExecuteAsync(context);
        if (headers.ContentEncoding.Count > 0)
            return Problems.ContentType.ExecuteAsync(context);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = ConsoleListener.MaxBody;
        return next(context);
    });
}
