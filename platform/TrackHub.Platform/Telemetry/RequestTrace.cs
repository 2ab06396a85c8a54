using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace TrackHub.Platform.Telemetry;

/// <summary>
/// Which requests have an activity: those that are traced, by chance (<see cref="OtlpOptions.TraceRatio"/>), and those whose caller names a trace. The server's own
/// would cost each of the others an activity, and all that follows from its being current, for nobody (ingress-profile.md).
/// </summary>
/// <remarks>
/// Of a caller's headers a valid <c>traceparent</c> is believed, nothing else: <c>tracestate</c> and <c>baggage</c> of strangers would travel on with our own calls. It gives
/// the trace id but not the decision: whoever can send requests could else have every one of them recorded.
/// </remarks>
public static class RequestTrace
{
    private const string Request = "request";

    internal static ActivitySource Source { get; } = new("TrackHub.Requests");

    /// <summary>Gives work that has no trace one of its own, not recorded, so that its log lines and records name it. Null if it has one; end it with the work.</summary>
    public static Activity? StartOwn() => Activity.Current is null ? new Activity(Request).Start() : null;

    /// <summary>The caller's span that a request's <c>traceparent</c> names, as not recorded; default if it names none.</summary>
    /// <param name="traceParent">The header; two of the name arrive joined by a comma, which is no valid value.</param>
    internal static ActivityContext CallerOf(string? traceParent) =>
        traceParent is { Length: > 0 } && ActivityContext.TryParse(traceParent, traceState: null, isRemote: true, out var caller)
            ? new(caller.TraceId, caller.SpanId, ActivityTraceFlags.None, isRemote: true)
            : default;

    // Started where it becomes current for what follows.
    private static Activity? Start(ActivityContext caller, bool traced)
    {
        if (traced)
            return Source.StartActivity(ActivityKind.Server, caller, name: Request);
        return caller == default ? null : new Activity(Request).SetParentId(caller.TraceId, caller.SpanId).Start();
    }

    /// <summary>In front of everything else: starts the activity of a request that has one.</summary>
    internal sealed class Filter(IOptions<OtlpOptions> options) : IStartupFilter
    {
        private readonly double _ratio = options.Value.Endpoint is null ? 0 : options.Value.TraceRatio;

        /// <inheritdoc/>
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, following) =>
            {
                var caller = CallerOf(context.Request.Headers.TraceParent);
#pragma warning disable CA5394 // Nobody gains from guessing it.
                var traced = Random.Shared.NextDouble() < _ratio;
#pragma warning restore CA5394
                return traced || caller != default ? FollowAsync(context, caller, traced, following) : following(context);
            });
            next(app);
        };

        private static async Task FollowAsync(HttpContext context, ActivityContext caller, bool traced, RequestDelegate following)
        {
            using var span = Start(caller, traced);
            try
            {
                await following(context);
            }
            finally
            {
                if (span is { IsAllDataRequested: true } && traced)
                    Describe(context, span);
            }
        }

        // As the conventions ask (https://opentelemetry.io/docs/specs/semconv/http/http-spans/), with the route in place of the path: a webhook's path is a secret.
        private static void Describe(HttpContext context, Activity span)
        {
            var method = HttpMethods.IsPost(context.Request.Method) ? "POST" : HttpMethods.IsGet(context.Request.Method) ? "GET"
                : HttpMethods.IsOptions(context.Request.Method) ? "OPTIONS" : "_OTHER";
            var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
            span.DisplayName = route is null ? method : $"{method} {route}";
            span.SetTag("http.request.method", method).SetTag("http.route", route).SetTag("url.scheme", context.Request.Scheme)
                .SetTag("url.path", route).SetTag("http.response.status_code", context.Response.StatusCode);
            if (context.Response.StatusCode >= StatusCodes.Status500InternalServerError)
                span.SetStatus(ActivityStatusCode.Error).SetTag("error.type", $"{context.Response.StatusCode}");
        }
    }
}
