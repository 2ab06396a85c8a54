using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TrackHub.MetaSim.Arrivals;
using TrackHub.MetaSim.Control;
using TrackHub.MetaSim.ConversionsApi.Rules;

namespace TrackHub.MetaSim.ConversionsApi;

/// <summary>Routes of the Conversions API.</summary>
internal static class ConversionsApiRoutes
{
    /// <summary>Maps the events edge; every other path is refused in the Graph API's words.</summary>
    public static void MapConversionsApi(this IEndpointRouteBuilder app)
    {
        var endpoint = app.ServiceProvider.GetRequiredService<EventsEndpoint>();
        app.MapPost("/{version}/{dataset}/events", endpoint.AcceptAsync);
        app.MapFallback("{**path}", EventsEndpoint.RefuseAsync);
    }
}

/// <summary><c>POST /v{N}.0/{dataset}/events</c>: takes up to 1,000 events, all or none.</summary>
internal sealed partial class EventsEndpoint(
    ArrivalStore store, BehaviourBook behaviours, SimStatistics statistics, CallLog calls, AnswerSender sender, TimeProvider clock, ILogger<EventsEndpoint> logger)
{
    private const int MaxTokenLength = 1024;

    /// <summary>Answers one call.</summary>
    public async Task AcceptAsync(HttpContext context)
    {
        try
        {
            var version = (string)context.Request.RouteValues["version"]!;
            var dataset = (string)context.Request.RouteValues["dataset"]!;
            context.Response.Headers["facebook-api-version"] = version;
            if (GraphVersions.Check(version, context.Request.Path, out var isUpgraded) is { } badVersion)
            {
                await RefuseAsync(context, new Call(dataset, null, clock.GetUtcNow()), badVersion, null);
                return;
            }

            if (isUpgraded)
            {
                context.Response.Headers["facebook-api-version"] = string.Create(CultureInfo.InvariantCulture, $"v{GraphVersions.Latest}.0");
                context.Response.Headers["X-Ad-Api-Version-Warning"] = GraphVersions.UpgradeWarning;
            }

            using var request = await EventsRequestReader.ReadAsync(context.Request, context.RequestAborted);
            await AnswerAsync(context, dataset, request);
        }
        catch (OperationCanceledException)
        {
            // The caller left, or the simulator stops in the middle of a slow answer.
            context.Abort();
        }
        catch (IOException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Abort();
        }
    }

    /// <summary>Refuses every path and method the simulator does not know.</summary>
    public static Task RefuseAsync(HttpContext context)
    {
        var segments = context.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var error = segments switch
        {
            [var version, var id, ..] when version.StartsWith('v') =>
                GraphVersions.Check(version, context.Request.Path, out _) ?? ErrorCatalogue.Unsupported(context.Request.Method.ToLowerInvariant(), id),
            [_, "events"] => ErrorCatalogue.DeprecatedVersion(),
            _ => ErrorCatalogue.UnknownVersion(context.Request.Path),
        };
        return AnswerSender.SendAsync(context, error.Status, GraphAnswers.Error(error, IsPortuguese(context.Request)));
    }

    private async Task AnswerAsync(HttpContext context, string dataset, EventsRequest request)
    {
        var call = new Call(dataset, request.Token is null ? null : TokenFingerprint.Of(request.Token), clock.GetUtcNow()) { EventIds = EventIds(request.Data) };
        var behaviour = call.Token is null ? null : behaviours.Take(dataset, call.Token, request.Data);
        if (behaviour is not null)
        {
            foreach (var (name, value) in behaviour.Behaviour.Headers)
                context.Response.Headers[name] = value;
            if (behaviour.Behaviour.RetryAfterSeconds is { } seconds)
                context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            await sender.WaitAsync(context, behaviour.Behaviour.Latency);
        }

        if (behaviour?.Behaviour is { IsError: true } told)
        {
            var stored = told.IsStored && Judge(request, dataset, call) is null && Store(request, call);
            await RefuseAsync(context, call, CodeTable.Answer(told.Status, told.Code, told.Subcode, told.IsTransient, told.Message), behaviour, stored);
            return;
        }

        if (behaviour?.Behaviour.Drop is DropMoment.Before)
        {
            Log(call, "dropped", behaviour, isStored: false);
            context.Abort();
            return;
        }

        if (Judge(request, dataset, call) is { } fault)
        {
            await RefuseAsync(context, call, fault, behaviour);
            return;
        }

        await AcceptAsync(context, request, call, behaviour);
    }

    private async Task AcceptAsync(HttpContext context, EventsRequest request, Call call, BehaviourEntry? behaviour)
    {
        var isStored = behaviour?.Behaviour.IsStored ?? true;
        if (isStored && !Store(request, call))
        {
            await RefuseAsync(context, call, CodeTable.Answer(503, 2, null, null, null), behaviour);
            return;
        }

        var told = behaviour?.Behaviour;
        switch (told)
        {
            case { Drop: DropMoment.After }:
                Log(call, "dropped", behaviour, isStored);
                context.Abort();
                break;
            case { Redirect: { } address }:
                Log(call, "redirect", behaviour, isStored);
                context.Response.StatusCode = told.Status ?? StatusCodes.Status302Found;
                context.Response.Headers.Location = address.AbsoluteUri;
                break;
            case { Body: { } kind }:
                Log(call, BehaviourWriter.Name(kind), behaviour, isStored);
                await sender.SendBodyAsync(context, told, kind);
                break;
            default:
                Log(call, "ok", behaviour, isStored);
                var body = GraphAnswers.Success(told?.EventsReceived ?? request.Count);
                await (told is { Drip: true }
                    ? sender.DripAsync(context, StatusCodes.Status200OK, null, body)
                    : AnswerSender.SendAsync(context, StatusCodes.Status200OK, body));
                break;
        }
    }

    // Order: token, object, parameters, events. One broken event refuses the whole request.
    private static GraphError? Judge(EventsRequest request, string dataset, Call call)
    {
        if (request.Token is null)
            return ErrorCatalogue.NoToken();
        if (request.Token.Length is 0 or > MaxTokenLength || !request.Token.All(static c => c is > ' ' and <= '~'))
            return ErrorCatalogue.UnparsableToken();
        if (dataset.Length > 20 || !dataset.All(char.IsAsciiDigit))
            return ErrorCatalogue.UnknownAlias(dataset);
        if (request.Fault is not null)
            return request.Fault;

        var events = new List<ValidEvent>(request.Count);
        var index = 0;
        foreach (var element in request.Data.EnumerateArray())
        {
            if (EventValidator.Validate(element, index++, call.ReceivedAt, out var valid) is { } fault)
                return fault;
            events.Add(valid);
        }

        var origin = new ArrivalOrigin(dataset, call.Token!, call.Batch, events.Count, call.ReceivedAt, request.TestEventCode);
        call.Rendered = ArrivalBatch.Render(origin, events);
        return null;
    }

    private bool Store(EventsRequest request, Call call)
    {
        try
        {
            store.Append(call.Rendered!);
            return true;
        }
        catch (IOException e)
        {
            LogStoreFailed(logger, request.Count, e);
            return false;
        }
    }

    private Task RefuseAsync(HttpContext context, Call call, GraphError error, BehaviourEntry? behaviour, bool isStored = false)
    {
        Log(call, SimStatistics.NameOf(error.Code, error.Subcode), behaviour, isStored);
        var body = GraphAnswers.Error(error, IsPortuguese(context.Request));
        return behaviour?.Behaviour.Drip is true
            ? sender.DripAsync(context, error.Status, null, body)
            : AnswerSender.SendAsync(context, error.Status, body);
    }

    private void Log(Call call, string outcome, BehaviourEntry? behaviour, bool isStored)
    {
        statistics.Called(outcome);
        calls.Add(new LoggedCall(call.Dataset, call.Token, call.Batch, call.ReceivedAt, call.EventIds, outcome, behaviour?.Id, isStored));
    }

    private static List<string> EventIds(JsonElement data)
    {
        var ids = new List<string>();
        if (data.ValueKind is not JsonValueKind.Array)
            return ids;
        foreach (var item in data.EnumerateArray())
        {
            if (item.ValueKind is JsonValueKind.Object && item.TryGetProperty("event_id"u8, out var id) && id.ValueKind is JsonValueKind.String)
                ids.Add(id.GetString()!);
        }

        return ids;
    }

    // The Graph API takes the language from `locale`, else from the caller's settings; the header stands for those.
    private static bool IsPortuguese(HttpRequest request)
    {
        var locale = (string?)request.Query["locale"] ?? (string?)request.Headers.AcceptLanguage;
        return locale is not null && locale.StartsWith("pt", StringComparison.OrdinalIgnoreCase);
    }

    [LoggerMessage(1, LogLevel.Error, "{Count} events could not be stored; the call is answered with a transient error.")]
    private static partial void LogStoreFailed(ILogger logger, int count, Exception exception);

    private sealed record Call(string Dataset, string? Token, DateTimeOffset ReceivedAt)
    {
        public string Batch { get; } = Guid.CreateVersion7().ToString("N");

        public IReadOnlyList<string> EventIds { get; init; } = [];

        public ArrivalBatch? Rendered { get; set; }
    }
}
