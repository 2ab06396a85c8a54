using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace TrackHub.Platform.Telemetry;

/// <summary>
/// What is believed of a request's trace headers: a valid <c>traceparent</c>, nothing else. <c>tracestate</c> and <c>baggage</c> of strangers would travel
/// on with our own calls. Nothing is written by it.
/// </summary>
internal sealed class RequestTrace : DistributedContextPropagator
{
    private const string TraceParent = "traceparent";

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Fields { get; } = [TraceParent];

    /// <inheritdoc/>
    public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState)
    {
        traceState = null;
        traceId = null;

        // Two headers of the name arrive joined by a comma, which is no valid value.
        getter?.Invoke(carrier, TraceParent, out traceId, out _);
        if (!ActivityContext.TryParse(traceId, traceState: null, isRemote: true, out _))
            traceId = null;
    }

    /// <inheritdoc/>
    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;

    /// <inheritdoc/>
    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter)
    {
    }

    /// <summary>
    /// Names a sampled request's span and says what the conventions ask for
    /// (https://opentelemetry.io/docs/specs/semconv/http/http-spans/), with the route in place of the path: a webhook's path is a secret.
    /// </summary>
    internal sealed class SpanFilter : IStartupFilter
    {
        /// <inheritdoc/>
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(static (context, following) => Activity.Current is { IsAllDataRequested: true } span ? DescribeAsync(context, span, following) : following(context));
            next(app);
        };

        private static async Task DescribeAsync(HttpContext context, Activity span, RequestDelegate following)
        {
            try
            {
                await following(context);
            }
            finally
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
}
