using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace TrackHub.LocalKafka.Registry;

/// <summary>The part of Confluent's Schema Registry REST API that serialisers and tools use.</summary>
/// <remarks>Source: https://docs.confluent.io/platform/current/schema-registry/develop/api.html.</remarks>
internal static class RegistryEndpoints
{
    private const string ContentType = "application/vnd.schemaregistry.v1+json";

    public static void MapRegistryEndpoints(this IEndpointRouteBuilder app, SchemaRegistry registry)
    {
        var json = RegistryJson.Readable;
        app.MapGet("/", () => Results.Text("{}", ContentType));
        app.MapGet("/schemas/types", () => Results.Text("""["AVRO"]""", ContentType));
        app.MapGet("/schemas/ids/{id:int}", (int id) => Answer(() => new SchemaTextResponse(registry.Schema(id)), json.SchemaTextResponse));
        app.MapGet("/subjects", () => Answer(() => registry.Subjects, json.IReadOnlyListString));
        app.MapPost("/subjects/{subject}", (string subject, HttpRequest request) =>
            AnswerBodyAsync(request, json.SchemaRequest, body => registry.Lookup(subject, body), json.SubjectVersion));
        app.MapGet("/subjects/{subject}/versions", (string subject) => Answer(() => registry.Versions(subject), json.IReadOnlyListInt32));
        app.MapPost("/subjects/{subject}/versions", (string subject, HttpRequest request) => AnswerBodyAsync(
            request, json.SchemaRequest, body => new SchemaIdResponse(registry.Register(subject, body)), json.SchemaIdResponse));
        app.MapGet("/subjects/{subject}/versions/{version}", (string subject, string version) =>
            Answer(() => registry.Version(subject, version), json.SubjectVersion));
        app.MapGet("/subjects/{subject}/versions/{version}/schema", (string subject, string version) =>
            Refusable(() => Results.Text(registry.Version(subject, version).Schema, ContentType)));
        app.MapGet("/config", () => Answer(() => new ConfigValue(registry.Compatibility(null, orGlobal: true)), json.ConfigValue));
        app.MapPut("/config", (HttpRequest request) => PutConfigAsync(request, registry, subject: null));
        app.MapGet("/config/{subject}", (string subject, bool? defaultToGlobal) =>
            Answer(() => new ConfigValue(registry.Compatibility(subject, defaultToGlobal ?? false)), json.ConfigValue));
        app.MapPut("/config/{subject}", (string subject, HttpRequest request) => PutConfigAsync(request, registry, subject));
        app.MapFallback(() => Refuse(new RegistryException(404, "HTTP 404 Not Found")));
    }

    private static Task<IResult> PutConfigAsync(HttpRequest request, SchemaRegistry registry, string? subject) => AnswerBodyAsync(
        request,
        RegistryJson.Readable.ConfigRequest,
        body => new ConfigRequest(registry.SetCompatibility(subject, body.Compatibility)),
        RegistryJson.Readable.ConfigRequest);

    private static IResult Answer<T>(Func<T> answer, JsonTypeInfo<T> type) => Refusable(() => Results.Json(answer(), type, ContentType));

    private static async Task<IResult> AnswerBodyAsync<TBody, TAnswer>(
        HttpRequest request, JsonTypeInfo<TBody> bodyType, Func<TBody, TAnswer> answer, JsonTypeInfo<TAnswer> answerType)
    {
        TBody? body;
        try
        {
            body = await JsonSerializer.DeserializeAsync(request.Body, bodyType, request.HttpContext.RequestAborted);
        }
        catch (JsonException)
        {
            body = default;
        }

        return body is null
            ? Refuse(new RegistryException(400, "The body is not the JSON object expected."))
            : Answer(() => answer(body), answerType);
    }

    private static IResult Refusable(Func<IResult> answer)
    {
        try
        {
            return answer();
        }
        catch (RegistryException refusal)
        {
            return Refuse(refusal);
        }
        catch (IOException fault)
        {
            return Refuse(new RegistryException(50001, fault.Message));
        }
    }

    private static IResult Refuse(RegistryException refusal) =>
        Results.Json(new ErrorResponse(refusal.Code, refusal.Message), RegistryJson.Readable.ErrorResponse, ContentType, refusal.StatusCode);
}
