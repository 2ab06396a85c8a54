using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace TrackHub.Schemas;

/// <summary>
/// The calls TrackHub makes to a schema registry. Holds no state: <see cref="SchemaIds"/> remembers; retries and time limits
/// are the caller's. Thread-safe. Source: docs.confluent.io, "Schema Registry API Reference".
/// </summary>
/// <param name="http">
/// Client whose BaseAddress is the registry, a path included where it has one; credentials in it (<c>https://user:password@host</c>) are sent
/// as basic authentication and told to nobody else.
/// </param>
public sealed class SchemaRegistryClient(HttpClient http)
{
    private const string Json = "application/vnd.schemaregistry.v1+json";
    private static readonly MediaTypeHeaderValue MediaType = new(Json);

    private readonly Uri _registry = BaseOf(http);
    private readonly AuthenticationHeaderValue? _credentials = CredentialsOf(http.BaseAddress!);

    /// <summary>Where the registry is, without credentials: fit for messages.</summary>
    public string Address => _registry.AbsoluteUri;

    /// <summary>Registers an Avro schema under the subject; the same schema again gives the same id.</summary>
    /// <returns>Id of the schema.</returns>
    /// <exception cref="SchemaRegistryException">The registry refuses: incompatible, invalid, no right to write.</exception>
    /// <exception cref="HttpRequestException">The registry cannot be reached.</exception>
    public async Task<int> RegisterAsync(string subject, string schemaJson, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Post, $"{PathOf(subject)}/versions", BodyOf(schemaJson), cancellationToken);
        var what = $"register a schema under subject {subject}";
        if (!answer.IsSuccessStatusCode)
            throw await RefusalAsync(answer, what, cancellationToken);

        return (await ReadAsync(answer, RegistryJson.Default.IdResponse, what, cancellationToken)).Id;
    }

    /// <summary>The version of the subject that is this Avro schema; null if there is none. Needs no right to register.</summary>
    /// <exception cref="SchemaRegistryException">The registry refuses.</exception>
    /// <exception cref="HttpRequestException">The registry cannot be reached.</exception>
    public Task<RegisteredSchema?> FindVersionAsync(string subject, string schemaJson, CancellationToken cancellationToken) => FindAsync(
        HttpMethod.Post, PathOf(subject), BodyOf(schemaJson), RegistryJson.Default.RegisteredSchema, $"look up a schema under subject {subject}", cancellationToken);

    /// <summary>The text of the Avro schema of that id; null if the registry has none.</summary>
    /// <exception cref="SchemaRegistryException">The registry refuses.</exception>
    /// <exception cref="HttpRequestException">The registry cannot be reached.</exception>
    public async Task<string?> FindSchemaAsync(int id, CancellationToken cancellationToken)
    {
        var found = await FindAsync(
            HttpMethod.Get, $"schemas/ids/{id}", body: null, RegistryJson.Default.SchemaResponse, $"read schema id {id}", cancellationToken);
        return found?.SchemaType is null or "AVRO" ? found?.Schema : null;
    }

    /// <summary>The newest version of the subject; null if there is none.</summary>
    /// <exception cref="SchemaRegistryException">The registry refuses.</exception>
    /// <exception cref="HttpRequestException">The registry cannot be reached.</exception>
    public Task<RegisteredSchema?> FindLatestAsync(string subject, CancellationToken cancellationToken) => FindAsync(
        HttpMethod.Get,
        $"{PathOf(subject)}/versions/latest",
        body: null,
        RegistryJson.Default.RegisteredSchema,
        $"read the newest version of subject {subject}",
        cancellationToken);

    /// <summary>The compatibility level set for the subject, such as FULL_TRANSITIVE; null if the registry's own holds for it.</summary>
    /// <exception cref="SchemaRegistryException">The registry refuses.</exception>
    /// <exception cref="HttpRequestException">The registry cannot be reached.</exception>
    public async Task<string?> FindLevelAsync(string subject, CancellationToken cancellationToken) => (await FindAsync(
        HttpMethod.Get,
        $"config/{Uri.EscapeDataString(subject)}",
        body: null,
        RegistryJson.Default.LevelResponse,
        $"read the compatibility level of subject {subject}",
        cancellationToken))?.CompatibilityLevel;

    /// <summary>Sets the compatibility level of the subject, which need not exist yet.</summary>
    /// <exception cref="SchemaRegistryException">The registry refuses: no such level, no right to set it.</exception>
    /// <exception cref="HttpRequestException">The registry cannot be reached.</exception>
    public async Task SetLevelAsync(string subject, string level, CancellationToken cancellationToken)
    {
        var body = JsonContent.Create(new LevelRequest(level), RegistryJson.Default.LevelRequest, MediaType);
        using var answer = await SendAsync(HttpMethod.Put, $"config/{Uri.EscapeDataString(subject)}", body, cancellationToken);
        if (!answer.IsSuccessStatusCode)
            throw await RefusalAsync(answer, $"set the compatibility level of subject {subject} to {level}", cancellationToken);
    }

    private static string PathOf(string subject) => $"subjects/{Uri.EscapeDataString(subject)}";

    private static JsonContent BodyOf(string schemaJson) => JsonContent.Create(new(schemaJson), RegistryJson.Default.SchemaRequest, MediaType);

    private static Uri BaseOf(HttpClient http)
    {
        var address = http.BaseAddress ?? throw new ArgumentException("The HttpClient needs a BaseAddress: the registry's.", nameof(http));
        var bare = address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        return new(bare.EndsWith('/') ? bare : bare + "/");
    }

    private static AuthenticationHeaderValue? CredentialsOf(Uri address) => address.UserInfo.Length == 0
        ? null
        : new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(address.UserInfo))));

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(_registry, path)) { Content = body };
        request.Headers.Accept.ParseAdd(Json);
        request.Headers.Authorization = _credentials;
        return await http.SendAsync(request, cancellationToken);
    }

    private async Task<T?> FindAsync<T>(
        HttpMethod method, string path, HttpContent? body, JsonTypeInfo<T> type, string what, CancellationToken cancellationToken)
        where T : class
    {
        using var answer = await SendAsync(method, path, body, cancellationToken);
        if (answer.IsSuccessStatusCode)
            return await ReadAsync(answer, type, what, cancellationToken);

        var refusal = await RefusalAsync(answer, what, cancellationToken);
        // 404xx are the registry's own "not found"; a plain 404 comes from something that is no registry.
        return refusal.ErrorCode is 40401 or 40402 or 40403 or 40408 ? null : throw refusal;
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage answer, JsonTypeInfo<T> type, string what, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await answer.Content.ReadFromJsonAsync(type, cancellationToken) ?? throw NoRegistry(answer, what);
        }
        catch (JsonException)
        {
            throw NoRegistry(answer, what);
        }
    }

    private async Task<SchemaRegistryException> RefusalAsync(HttpResponseMessage answer, string what, CancellationToken cancellationToken)
    {
        ErrorResponse? error = null;
        try
        {
            error = await answer.Content.ReadFromJsonAsync(RegistryJson.Default.ErrorResponse, cancellationToken);
        }
        catch (JsonException)
        {
            // A proxy's page: the status has to do.
        }

        var status = (int)answer.StatusCode;
        var code = error?.ErrorCode ?? status;
        var remedy = answer.StatusCode switch
        {
            HttpStatusCode.Conflict => "give new fields a default, remove only fields that had one, and keep symbols in place",
            HttpStatusCode.UnprocessableEntity => "see the registry's message",
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => "check the credentials and rights of this client",
            HttpStatusCode.NotFound => "check that SchemaRegistry:Url is a schema registry and that it knows this",
            _ => "see the registry's own log, then try again",
        };
        var said = error?.Message ?? "no message";
        return new(
            $"The schema registry at {Address} refused to {what}: {status}, error_code {code}, {said}. Remedy: {remedy}.", answer.StatusCode, code);
    }

    private SchemaRegistryException NoRegistry(HttpResponseMessage answer, string what) => new(
        $"{Address} did not answer like a schema registry when asked to {what}. Remedy: check SchemaRegistry:Url.",
        answer.StatusCode,
        (int)answer.StatusCode);
}
