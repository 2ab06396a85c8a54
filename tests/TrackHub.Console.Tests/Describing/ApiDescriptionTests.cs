using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using TrackHub.ConsoleApi.Describing;

namespace TrackHub.ConsoleTests.Describing;

/// <summary>The OpenAPI document against the endpoints: nothing left out, nothing left unsaid.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class ApiDescriptionTests(ConsoleFixture console)
{
    [Fact]
    public async Task Every_endpoint_of_the_api_is_described_with_summary_parameters_and_errors()
    {
        var (_, document) = await console.Host.SendAsync(new(HttpMethod.Get, "/openapi/v1.json"));

        var operations = document.GetProperty("paths").EnumerateObject().SelectMany(static path => path.Value.EnumerateObject().Select(method => (Name: $"{method.Name.ToUpperInvariant()} {path.Name}", method.Value)))
            .ToDictionary(static o => o.Name, static o => o.Value, StringComparer.Ordinal);
        operations.Count.ShouldBeGreaterThanOrEqualTo(3);
        foreach (var (endpoint, rule) in console.Host.Endpoints.Where(static e => e.Endpoint.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal)))
        {
            foreach (var method in endpoint.Metadata.OfType<HttpMethodMetadata>().Single().HttpMethods)
            {
                var name = $"{method} /{string.Join('/', endpoint.RoutePattern.PathSegments.Select(static s => string.Concat(s.Parts.Select(Text))))}";
                operations.Remove(name, out var operation).ShouldBeTrue(name);
                operation.GetProperty("operationId").GetString().ShouldNotBeNullOrEmpty(name);
                operation.GetProperty("summary").GetString().ShouldNotBeNullOrEmpty(name);
                foreach (var parameter in endpoint.RoutePattern.Parameters)
                    ParametersOf(operation).ShouldContain(p => p.GetProperty("name").GetString() == parameter.Name, name);
                foreach (var parameter in ParametersOf(operation))
                    parameter.GetProperty("description").GetString().ShouldNotBeNullOrEmpty($"{name}: {parameter}");

                var responses = operation.GetProperty("responses");
                responses.EnumerateObject().ShouldContain(static r => r.Name.StartsWith('2'), name);
                foreach (var error in ApiDescription.ErrorsOf(endpoint.Metadata, method))
                    responses.GetProperty(error.Status.ToString(CultureInfo.InvariantCulture)).GetProperty("description").GetString()!.ShouldContain($"`{error.Code}`", Case.Sensitive, name);
                operation.TryGetProperty("security", out _).ShouldBe(rule.Least is not null, name);
            }
        }

        operations.Keys.ShouldAllBe(static left => left == "GET /health" || left == "GET /ready");
    }

    [Fact]
    public async Task References_lead_to_what_is_there()
    {
        var (_, document) = await console.Host.SendAsync(new(HttpMethod.Get, "/openapi/v1.json"));

        var references = ReferencesIn(document).Distinct().ToList();

        references.ShouldContain("#/components/schemas/SessionView");
        foreach (var reference in references)
            Should.NotThrow(() => reference.Split('/').Skip(1).Aggregate(document, static (at, name) => at.GetProperty(name)), reference);
    }

    private static string Text(Microsoft.AspNetCore.Routing.Patterns.RoutePatternPart part) => part switch
    {
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal => literal.Content,
        _ => "",
    };

    private static IEnumerable<JsonElement> ParametersOf(JsonElement operation) => operation.TryGetProperty("parameters", out var all) ? all.EnumerateArray() : [];

    private static IEnumerable<string> ReferencesIn(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(static p => p.Name == "$ref" ? [p.Value.GetString()!] : ReferencesIn(p.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(ReferencesIn),
        _ => [],
    };
}
