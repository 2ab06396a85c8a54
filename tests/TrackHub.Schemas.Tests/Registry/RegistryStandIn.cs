using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TrackHub.Schemas.Tests.Registry;

/// <summary>
/// A schema registry over HTTP on a free port, with the paths, bodies, media type and error codes of Confluent's API reference.
/// It gives out ids from 1 and knows no compatibility; a test may put its own answer before it.
/// </summary>
internal sealed class RegistryStandIn : IAsyncDisposable
{
    private const string MediaType = "application/vnd.schemaregistry.v1+json";

    private readonly WebApplication _app;
    private readonly List<string> _schemas = [];
    private readonly Dictionary<string, List<int>> _subjects = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    private RegistryStandIn()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, port: 0));
        _app = builder.Build();
        _app.Use(async (context, next) =>
        {
            Requests.Enqueue($"{context.Request.Method} {context.Request.Path}");
            await (Intercept is { } own ? own(context) : next(context));
        });
        _app.MapPost("/registry/subjects/{subject}/versions", RegisterAsync);
        _app.MapGet("/registry/schemas/ids/{id:int}", Find);
        _app.MapGet("/registry/subjects/{subject}/versions/latest", FindLatest);
    }

    /// <summary>Method and path of every request, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Answers in place of the registry while set.</summary>
    public RequestDelegate? Intercept { get; set; }

    /// <summary>A client of this registry, which lies below a path as one behind a gateway does.</summary>
    public HttpClient Http { get; private set; } = null!;

    public static async Task<RegistryStandIn> StartAsync()
    {
        var registry = new RegistryStandIn();
        await registry._app.StartAsync();
        var address = registry._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        registry.Http = new HttpClient { BaseAddress = new Uri(address + "/registry") };
        return registry;
    }

    /// <summary>Stores a schema that some other producer registered.</summary>
    /// <returns>Its id.</returns>
    public int Add(string schema)
    {
        lock (_lock)
        {
            if (!_schemas.Contains(schema))
                _schemas.Add(schema);
            return _schemas.IndexOf(schema) + 1;
        }
    }

    public static Task AnswerAsync(HttpContext context, int status, string json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = MediaType;
        return context.Response.WriteAsync(json);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }

    private async Task<IResult> RegisterAsync(string subject, HttpRequest request)
    {
        if (request.ContentType != MediaType)
            return Error(415, 415, "HTTP 415 Unsupported Media Type");

        var body = await JsonNode.ParseAsync(request.Body);
        var id = Add(body!["schema"]!.GetValue<string>());
        lock (_lock)
        {
            if (!_subjects.TryGetValue(subject, out var versions))
                _subjects.Add(subject, versions = []);
            if (!versions.Contains(id))
                versions.Add(id);
        }

        return Json(new() { ["id"] = id });
    }

    private IResult Find(int id)
    {
        lock (_lock)
        {
            return id >= 1 && id <= _schemas.Count
                ? Json(new() { ["schema"] = _schemas[id - 1] })
                : Error(404, 40403, $"Schema {id} not found");
        }
    }

    private IResult FindLatest(string subject)
    {
        lock (_lock)
        {
            return _subjects.TryGetValue(subject, out var versions)
                ? Json(new() { ["subject"] = subject, ["version"] = versions.Count, ["id"] = versions[^1], ["schema"] = _schemas[versions[^1] - 1] })
                : Error(404, 40401, $"Subject '{subject}' not found.");
        }
    }

    private static IResult Json(JsonObject body, int status = 200) => Results.Text(body.ToJsonString(), MediaType, statusCode: status);

    private static IResult Error(int status, int code, string message) => Json(new() { ["error_code"] = code, ["message"] = message }, status);
}
