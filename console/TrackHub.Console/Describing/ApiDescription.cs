using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using TrackHub.ConsoleApi.Access;
using TrackHub.ConsoleApi.Answering;
using TrackHub.ConsoleApi.Listening;

namespace TrackHub.ConsoleApi.Describing;

/// <summary>Metadata: what an endpoint may answer instead of what was asked for, beyond what its rule brings with it.</summary>
internal sealed record EndpointErrors(IReadOnlyList<Problem> Problems);

/// <summary>The API's description at <c>/openapi/v1.json</c>, made from the endpoints themselves.</summary>
internal static class ApiDescription
{
    private const string Document = "v1";

    /// <summary>Adds what makes it.</summary>
    public static void AddApiDescription(this IServiceCollection services) => services.AddOpenApi(Document, static options =>
    {
        options.ShouldInclude = static description => description.ActionDescriptor.EndpointMetadata.OfType<ConsoleEndpoint>().Any();
        options.AddDocumentTransformer(static (document, _, _) =>
        {
            document.Info = new() { Title = "TrackHub console", Version = Document, Description = "What a tenant's people and machines see and set. Errors are RFC 9457 problem details with a code." };
            document.Servers = [];   // the address it was asked at; the Host header is the caller's to choose
            document.Components ??= new();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                ["session"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Cookie, Name = Sessions.SessionCookie.Name, Description = "From POST /api/v1/session. What changes something also needs X-CSRF-Token." },
                ["key"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key, tha_…." },
            };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(static (operation, context, _) =>
        {
            Complete(operation, context);
            return Task.CompletedTask;
        });
    });

    /// <summary>Serves it.</summary>
    public static void MapApiDescription(this IEndpointRouteBuilder routes) => routes.MapOpenApi("/openapi/{documentName}.json").AllowAnyone();

    /// <summary>Says what an endpoint does and how it refuses. What access brings with it (401, 403, 429, 503) is added by itself.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="name">Unique name, as programs call it.</param>
    /// <param name="summary">One sentence.</param>
    /// <param name="errors">Its own refusals.</param>
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder endpoint, string name, string summary, params Problem[] errors) =>
        endpoint.WithName(name).WithSummary(summary).WithMetadata(new EndpointErrors(errors));

    /// <summary>Every refusal an endpoint may answer with.</summary>
    public static IReadOnlyList<Problem> ErrorsOf(IEnumerable<object> metadata, string? method)
    {
        var (own, rule) = (new List<Problem>(), default(AccessRule));
        foreach (var item in metadata)
        {
            if (item is EndpointErrors errors)
                own.AddRange(errors.Problems);
            rule = item as AccessRule ?? rule;
        }

        if (rule?.Least is not null)
            own.AddRange([Problems.Unauthenticated, Problems.RateLimited(default)]);
        if (rule?.Least is > Platform.Tenants.AccessRole.Viewer)
            own.Add(Problems.Forbidden);
        if (rule?.Least is not null && method is not ("GET" or "HEAD"))
            own.Add(Problems.CrossSite);
        own.AddRange([Problems.DatabaseUnavailable, Problems.Internal]);
        return own;
    }

    private static void Complete(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.Responses ??= [];
        foreach (var group in ErrorsOf(metadata, context.Description.HttpMethod).DistinctBy(static p => (p.Status, p.Code)).GroupBy(static p => p.Status).OrderBy(static g => g.Key))
        {
            operation.Responses[group.Key.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = string.Join(" ", group.Select(static p => $"`{p.Code}`: {(p.Detail.Length > 0 ? p.Detail : "see detail.")}")),
                Content = new Dictionary<string, OpenApiMediaType> { ["application/problem+json"] = new() },
            };
        }

        if (metadata.OfType<AccessRule>().Any(static rule => rule.Least is not null))
        {
            operation.Security =
            [
                new() { [new("session", context.Document)] = [] },
                new() { [new("key", context.Document)] = [] },
            ];
        }
    }
}
