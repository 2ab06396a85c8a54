using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using static TrackHub.LocalKafka.Registry.RegistryAnswers;

namespace TrackHub.LocalKafka.Registry;

/// <summary>The part of Confluent's Schema Registry REST API that serialisers and tools use.</summary>
/// <remarks>Source: https://docs.confluent.io/platform/current/schema-registry/develop/api.html.</remarks>
internal static class RegistryEndpoints
{
    private static RegistryJson Json => RegistryJson.Readable;

    /// <summary>Maps all resources.</summary>
    public static void MapRegistryEndpoints(this IEndpointRouteBuilder app, SchemaRegistry registry)
    {
        app.MapGet("/", () => Raw("{}"));
        MapSchemas(app, registry);
        MapSubjects(app, registry);
        MapVersions(app, registry);
        MapCompatibility(app, registry);
        MapConfig(app, registry);
        MapMode(app);
    }

    private static void MapSchemas(IEndpointRouteBuilder app, SchemaRegistry registry)
    {
        app.MapGet("/schemas/types", () => Raw("""["AVRO"]"""));
        app.MapGet("/schemas/ids/{id:int}", (int id) => Answer(() => new SchemaTextResponse(registry.VersionsById(id)[0].Schema), Json.SchemaTextResponse));
        app.MapGet("/schemas/ids/{id:int}/schema", (int id) => Refusable(() => Raw(registry.VersionsById(id)[0].Schema)));
        app.MapGet("/schemas/ids/{id:int}/subjects", (int id, HttpRequest request) =>
            Answer(() => [.. PlacesOf(registry, id, request).Select(static version => version.Subject).Distinct(StringComparer.Ordinal)], Json.IReadOnlyListString));
        app.MapGet("/schemas/ids/{id:int}/versions", (int id, HttpRequest request) => Answer(
            () => [.. PlacesOf(registry, id, request).Select(static version => new SchemaPlace(version.Subject, version.Version))], Json.IReadOnlyListSchemaPlace));
    }

    private static void MapSubjects(IEndpointRouteBuilder app, SchemaRegistry registry)
    {
        app.MapGet("/subjects", (HttpRequest request) => Answer(
            () => [.. registry.Subjects(DeletedIn(request)).Where(subject => subject.StartsWith(PrefixIn(request), StringComparison.Ordinal))], Json.IReadOnlyListString));
        app.MapPost("/subjects/{subject}", (string subject, HttpRequest request) => AnswerBodyAsync(
            request, Json.SchemaRequest, body => Shown(registry.Lookup(subject, body, DeletedIn(request))), Json.SubjectVersion));
        app.MapDelete("/subjects/{subject}", (string subject, HttpRequest request) =>
            Answer(() => registry.DeleteSubject(subject, Flag(request, "permanent")), Json.IReadOnlyListInt32));
    }

    private static void MapVersions(IEndpointRouteBuilder app, SchemaRegistry registry)
    {
        const string Versions = "/subjects/{subject}/versions";
        app.MapGet(Versions, (string subject, HttpRequest request) => Answer(() => registry.Versions(subject, DeletedIn(request)), Json.IReadOnlyListInt32));
        app.MapPost(Versions, (string subject, HttpRequest request) => AnswerBodyAsync(
            request, Json.SchemaRequest, body => new SchemaIdResponse(registry.Register(subject, body)), Json.SchemaIdResponse));
        app.MapGet(Versions + "/{version}", (string subject, string version, HttpRequest request) =>
            Answer(() => Shown(registry.Version(subject, version, DeletedIn(request))), Json.SubjectVersion));
        app.MapGet(Versions + "/{version}/schema", (string subject, string version, HttpRequest request) =>
            Refusable(() => Raw(registry.Version(subject, version, DeletedIn(request)).Schema)));
        // Without references nothing refers to a version; that it exists is still asked.
        app.MapGet(Versions + "/{version}/referencedby", (string subject, string version) => Refusable(() =>
        {
            registry.Version(subject, version, Deleted.Included);
            return Raw("[]");
        }));
        app.MapDelete(Versions + "/{version}", (string subject, string version, HttpRequest request) =>
            Answer(() => registry.DeleteVersion(subject, version, Flag(request, "permanent")), Json.Int32));
    }

    private static void MapCompatibility(IEndpointRouteBuilder app, SchemaRegistry registry)
    {
        const string Versions = "/compatibility/subjects/{subject}/versions";
        app.MapPost(Versions, (string subject, HttpRequest request) => TestAsync(request, registry, subject, version: null));
        app.MapPost(Versions + "/{version}", (string subject, string version, HttpRequest request) => TestAsync(request, registry, subject, version));
    }

    private static Task<IResult> TestAsync(HttpRequest request, SchemaRegistry registry, string subject, string? version) => AnswerBodyAsync(
        request,
        Json.SchemaRequest,
        body =>
        {
            var isVerbose = Flag(request, "verbose");
            try
            {
                var messages = registry.TestCompatibility(subject, version, body);
                return new CompatibilityResponse(messages.Count == 0, isVerbose ? messages : null);
            }
            catch (RegistryException invalid) when (isVerbose && invalid.Code == RegistryException.InvalidSchemaCode)
            {
                return new CompatibilityResponse(IsCompatible: false, [invalid.Message]);
            }
        },
        Json.CompatibilityResponse);

    private static void MapConfig(IEndpointRouteBuilder app, SchemaRegistry registry)
    {
        app.MapGet("/config", () => Answer(() => new ConfigValue(registry.Compatibility(null, orGlobal: true)), Json.ConfigValue));
        app.MapGet("/config/{subject}", (string subject, HttpRequest request) =>
            Answer(() => new ConfigValue(registry.Compatibility(subject, Flag(request, "defaultToGlobal"))), Json.ConfigValue));
        app.MapPut("/config", (HttpRequest request) => PutConfigAsync(request, registry, subject: null));
        app.MapPut("/config/{subject}", (string subject, HttpRequest request) => PutConfigAsync(request, registry, subject));
        app.MapDelete("/config", () => Answer(() => new ConfigValue(registry.ResetCompatibility(null)), Json.ConfigValue));
        app.MapDelete("/config/{subject}", (string subject) => Answer(() => new ConfigValue(registry.ResetCompatibility(subject)), Json.ConfigValue));
    }

    private static Task<IResult> PutConfigAsync(HttpRequest request, SchemaRegistry registry, string? subject) => AnswerBodyAsync(
        request, Json.ConfigRequest, body => new ConfigRequest(registry.SetCompatibility(subject, body.Compatibility)), Json.ConfigRequest);

    /// <summary>There is one mode; asking for it and setting it work, any other is refused as a registry does that forbids mode changes.</summary>
    private static void MapMode(IEndpointRouteBuilder app)
    {
        const string Only = "READWRITE";
        app.MapGet("/mode", () => Answer(static () => new ModeValue(Only), Json.ModeValue));
        app.MapGet("/mode/{subject}", (string subject, HttpRequest request) => Answer(
            () => Flag(request, "defaultToGlobal") ? new ModeValue(Only) : throw RegistryException.NoSubjectMode(subject), Json.ModeValue));
        foreach (var path in (string[])["/mode", "/mode/{subject}"])
        {
            app.MapPut(path, (HttpRequest request) => AnswerBodyAsync(request, Json.ModeValue, static body => body.Mode?.ToUpperInvariant() switch
            {
                Only => new ModeValue(Only),
                ("READONLY" or "READONLY_OVERRIDE" or "IMPORT" or "FORWARD") and var known => throw RegistryException.ModeNotOffered(known),
                _ => throw RegistryException.InvalidMode(body.Mode),
            }, Json.ModeValue));
        }
    }

    private static SubjectVersion Shown(StoredSchema version) => new(version.Subject, version.Version, version.Id, version.Schema);

    private static IEnumerable<StoredSchema> PlacesOf(SchemaRegistry registry, int id, HttpRequest request)
    {
        var isDeletedAsked = Flag(request, "deleted");
        return registry.VersionsById(id).Where(version => isDeletedAsked || !version.Deleted);
    }

    private static Deleted DeletedIn(HttpRequest request) =>
        Flag(request, "deletedOnly") ? Deleted.Only : Flag(request, "deleted") ? Deleted.Included : Deleted.Excluded;

    /// <summary>The prefix asked for; the wild card for all contexts, a default of Confluent's own clients, is any.</summary>
    private static string PrefixIn(HttpRequest request) => request.Query["subjectPrefix"].ToString() is var prefix and not ":*:" ? prefix : "";

    private static bool Flag(HttpRequest request, string name) => request.Query[name].ToString().Equals("true", StringComparison.OrdinalIgnoreCase);
}
