using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.ConsoleApi.Answering;
using TrackHub.ConsoleApi.Limiting;
using TrackHub.ConsoleApi.Sessions;

namespace TrackHub.ConsoleApi.Access;

/// <summary>
/// Stands before every endpoint: finds out who calls, whether the request is theirs and not another site's, whether their tenant has not asked too often,
/// and whether their role suffices. What an endpoint does not say, nobody gets.
/// </summary>
internal sealed class AccessGuard(CallerStore callers, TenantLimits limits, LoginLimits attempts, ConsoleMetrics metrics)
{
    private const string Bearer = "Bearer ";
    private const int LongestSecret = 128;

    /// <summary>Lets a request through, its caller among its features, or answers it.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<AccessRule>() is not { } rule)
        {
            // Where address and method or content type do not go together, routing has an endpoint of its own, which says so by its status.
            if (context.GetEndpoint() is { Metadata.Count: 0 } routings and not RouteEndpoint && routings.RequestDelegate is { } answer)
                await answer(context);
            else
                context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (rule.Least is null)
        {
            await next(context);
            return;
        }

        var (caller, refusal) = await AdmitAsync(context, rule);
        if (refusal is not null)
        {
            metrics.Refused(refusal.Code);
            if (refusal.Status is StatusCodes.Status401Unauthorized)
                context.Response.Headers.WWWAuthenticate = "Bearer";
            await refusal.ExecuteAsync(context);
            return;
        }

        context.Features.Set(caller);
        await next(context);
    }

    private async Task<(Caller? Caller, Problem? Refusal)> AdmitAsync(HttpContext context, AccessRule rule)
    {
        var (caller, hasTried) = await CallerOfAsync(context);
        if (caller is null)
            return (null, hasTried && attempts.TakeFailure(context.Connection.RemoteIpAddress) is var pause && pause > TimeSpan.Zero ? Problems.RateLimited(pause) : Problems.Unauthenticated);
        if (await limits.TakeAsync(caller.TenantId, rule.Bucket, context.RequestAborted) is var wait && wait > TimeSpan.Zero)
            return (null, Problems.RateLimited(wait));
        if (caller.Session is { } session && !RequestOrigin.IsOwn(context.Request, session.Token))
            return (null, Problems.CrossSite);
        return caller.Role < rule.Least ? (null, Problems.Forbidden) : (caller, null);
    }

    /// <summary>A key counts before a cookie: whoever sends one means it, and no browser sends it by itself.</summary>
    /// <returns>Who it is, and whether anything was presented.</returns>
    private async Task<(Caller? Caller, bool HasTried)> CallerOfAsync(HttpContext context)
    {
        string? authorization = context.Request.Headers.Authorization;
        if (authorization is not null)
        {
            return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && authorization.Length <= Bearer.Length + LongestSecret
                ? (await callers.OfKeyAsync(authorization[Bearer.Length..].Trim(), context.RequestAborted), true)
                : (null, true);
        }

        return SessionCookie.Read(context.Request) is { Length: > 0 and <= LongestSecret } token
            ? (await callers.OfSessionAsync(token, context.RequestAborted), true)
            : (null, false);
    }
}

/// <summary>Registers who may come in.</summary>
internal static class AccessRegistration
{
    /// <summary>Adds the guard and what it asks.</summary>
    public static void AddAccess(this IServiceCollection services)
    {
        services.AddSingleton<CallerStore>();
        services.AddSingleton<AccessGuard>();
    }

    /// <summary>Puts the guard before the endpoints.</summary>
    public static void UseAccessGuard(this IApplicationBuilder app)
    {
        var guard = app.ApplicationServices.GetRequiredService<AccessGuard>();
        app.Use(guard.InvokeAsync);
    }
}
