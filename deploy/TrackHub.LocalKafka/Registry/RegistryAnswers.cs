using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace TrackHub.LocalKafka.Registry;

/// <summary>How the registry speaks HTTP: its media types, and one JSON body for whatever goes wrong.</summary>
internal static class RegistryAnswers
{
    // Best first: what is answered to a client that takes anything.
    private static readonly string[] MediaTypes =
        ["application/vnd.schemaregistry.v1+json", "application/vnd.schemaregistry+json", "application/json"];

    private const string UnnamedBody = "application/octet-stream";   // what some tools say of a body they say nothing of

    private static readonly object MediaTypeKey = new();

    /// <summary>Gives every refusal without a body, those of routing and server included, Confluent's.</summary>
    public static void UseRegistryErrors(this IApplicationBuilder app) => app.Use(static async (context, next) =>
    {
        await next(context);
        if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null } response)
            await Refusal(response.StatusCode, $"HTTP {response.StatusCode} {Phrase(response.StatusCode)}").ExecuteAsync(context);
    });

    /// <summary>Refuses bodies and wishes that are not JSON: 415 and 406.</summary>
    public static void UseRegistryMediaTypes(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        var request = context.Request;
        if (context.GetEndpoint() is null)
            return next(context);
        if (request.ContentType is { Length: > 0 } sent
            && !(MediaTypeHeaderValue.TryParse(sent, out var body) && (MediaTypes.Contains(body.MediaType.Value) || body.MediaType == UnnamedBody)))
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return Task.CompletedTask;
        }

        var wishes = request.GetTypedHeaders().Accept;
        var answered = Array.Find(MediaTypes, type => wishes.Count == 0 || wishes.Any(wish => Grants(wish, type)));
        if (answered is null)
        {
            context.Response.StatusCode = StatusCodes.Status406NotAcceptable;
            return Task.CompletedTask;
        }

        context.Items[MediaTypeKey] = answered;
        return next(context);
    });

    /// <summary>A text that is JSON already.</summary>
    public static IResult Raw(string json) => new Body(json, StatusCodes.Status200OK);

    /// <summary>What <paramref name="answer"/> returns, or the refusal it throws.</summary>
    public static IResult Answer<T>(Func<T> answer, JsonTypeInfo<T> type) => Refusable(() => Raw(JsonSerializer.Serialize(answer(), type)));

    /// <summary>What <paramref name="answer"/> makes of the request's body: 400 for what is not JSON, 422 for nothing.</summary>
    public static async Task<IResult> AnswerBodyAsync<TBody, TAnswer>(
        HttpRequest request, JsonTypeInfo<TBody> bodyType, Func<TBody, TAnswer> answer, JsonTypeInfo<TAnswer> answerType)
    {
        TBody? body;
        try
        {
            body = await JsonSerializer.DeserializeAsync(request.Body, bodyType, request.HttpContext.RequestAborted);
        }
        catch (JsonException)
        {
            return Refusal(StatusCodes.Status400BadRequest, "The body is not the JSON object expected.");
        }

        return body is null ? Refusal(StatusCodes.Status422UnprocessableEntity, "The body must not be null.") : Answer(() => answer(body), answerType);
    }

    /// <summary>An answer, or the refusal thrown in its place.</summary>
    public static IResult Refusable(Func<IResult> answer)
    {
        try
        {
            return answer();
        }
        catch (RegistryException refusal)
        {
            return Refusal(refusal.StatusCode, refusal.Message, refusal.Code);
        }
        catch (IOException fault)
        {
            return Refusal(StatusCodes.Status500InternalServerError, fault.Message, code: 50001);
        }
    }

    /// <summary>Not <see cref="MediaTypeHeaderValue.IsSubsetOf"/>: to that, application/json means every type that ends in +json.</summary>
    private static bool Grants(MediaTypeHeaderValue wish, string type) =>
        wish.MatchesAllTypes || (wish.MatchesAllSubTypes && wish.Type == "application") || wish.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase);

    private static Body Refusal(int status, string message, int? code = null) =>
        new(JsonSerializer.Serialize(new(code ?? status, message), RegistryJson.Readable.ErrorResponse), status);

    private static string Phrase(int status) => Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status);

    private sealed class Body(string json, int status) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = status;
            httpContext.Response.ContentType = httpContext.Items[MediaTypeKey] as string ?? MediaTypes[0];
            return httpContext.Response.WriteAsync(json, httpContext.RequestAborted);
        }
    }
}
