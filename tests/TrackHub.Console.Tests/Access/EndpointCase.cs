using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using TrackHub.ConsoleApi.Access;

namespace TrackHub.ConsoleTests.Access;

/// <summary>One endpoint as its description tells it, and requests to it about a tenant's own things.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Template, <c>/api/…/{id}</c>.</param>
/// <param name="Rule">Who may call it.</param>
/// <param name="Description">Its operation in the OpenAPI document.</param>
internal sealed partial record EndpointCase(HttpMethod Method, string Path, AccessRule Rule, JsonElement Description)
{
    // What parameters other than ids take, by name; an endpoint that requires another one adds it here.
    private static readonly Dictionary<string, string> Values = new(StringComparer.Ordinal);

    // Bodies by operation; one that is not here gets the brand's id and, as everybody, another tenant's.
    private static readonly Dictionary<string, string> Bodies = new(StringComparer.Ordinal);

    /// <summary>Its name as a test's failure tells it.</summary>
    public string Name => $"{Method} {Path}";

    /// <summary>Whether a request names something that belongs to a tenant.</summary>
    public bool HasIds => Path.Contains('{', StringComparison.Ordinal) || Parameters.Any(static p => IsBrand(p.Name)) || (Description.TryGetProperty("requestBody", out _) && !Bodies.ContainsKey(Operation));

    private string Operation => Description.GetProperty("operationId").GetString()!;

    private IEnumerable<(string Name, string In, bool IsRequired)> Parameters => Description.TryGetProperty("parameters", out var all)
        ? all.EnumerateArray().Select(static p => (p.GetProperty("name").GetString()!, p.GetProperty("in").GetString()!, p.TryGetProperty("required", out var required) && required.GetBoolean()))
        : [];

    /// <summary>Every endpoint that asks for a role, as the running console describes itself.</summary>
    public static async Task<IReadOnlyList<EndpointCase>> ReadAsync(ConsoleHost host)
    {
        var (_, document) = await host.SendAsync(new(HttpMethod.Get, "/openapi/v1.json"));
        return
        [
            .. from endpoint in host.Endpoints
               where endpoint.Rule.Least is not null
               let path = "/" + endpoint.Endpoint.RoutePattern.RawText!.Trim('/')
               from method in endpoint.Endpoint.Metadata.OfType<Microsoft.AspNetCore.Routing.HttpMethodMetadata>().Single().HttpMethods
               select new EndpointCase(new(method), path, endpoint.Rule, document.GetProperty("paths").GetProperty(Undecorated(path)).GetProperty(method.ToLowerInvariant())),
        ];
    }

    /// <summary>A request about what a tenant owns.</summary>
    /// <param name="owner">Whose ids it names.</param>
    /// <param name="things">Ids of further rows of that tenant, by path: <c>/api/performance/anomalies</c>.</param>
    /// <param name="claimed">Tenant that the body claims to speak for.</param>
    public HttpRequestMessage About(TestTenant owner, IReadOnlyDictionary<string, string> things, string claimed)
    {
        var path = Undecorated(Path);
        while (path.IndexOf('{') is >= 0 and var open)
        {
            var name = path[(open + 1)..path.IndexOf('}')];
            path = path[..open] + (IsBrand(name) ? owner.Brand.BrandId : things.GetValueOrDefault(path[..(open - 1)]) ?? Guid.NewGuid().ToString()) + path[(path.IndexOf('}') + 1)..];
        }

        var query = Parameters.Where(static p => p.In == "query" && (p.IsRequired || IsBrand(p.Name)))
            .Select(p => $"{p.Name}={(IsBrand(p.Name) ? owner.Brand.BrandId : Values.GetValueOrDefault(p.Name) ?? throw new InvalidOperationException($"{Name} requires {p.Name}: add a value for it to {nameof(EndpointCase)}."))}");
        var request = new HttpRequestMessage(Method, $"{path}?{string.Join('&', query)}".TrimEnd('?'));
        if (Description.TryGetProperty("requestBody", out _))
        {
            var body = Bodies.GetValueOrDefault(Operation) ?? $$"""{"brandId":"{{owner.Brand.BrandId}}"}""";
            request.Content = new StringContent($$"""{"tenantId":"{{claimed}}","tenant_id":"{{claimed}}",{{body.TrimStart()[1..]}}""", Encoding.UTF8, "application/json");
        }

        return request;
    }

    private static bool IsBrand(string name) => name is "brandId" or "brand_id" or "brand";

    // Without constraints: /{id:guid} is described as /{id}.
    private static string Undecorated(string path) => Parameter().Replace(path, "{${name}}");

    [GeneratedRegex(@"\{(?<name>\w+)[^}]*\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Parameter();
}
