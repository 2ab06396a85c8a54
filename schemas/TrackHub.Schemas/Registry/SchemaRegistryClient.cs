using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace TrackHub.Schemas;

/// <summary>
/// The calls TrackHub makes to a schema registry. Holds no state: <see cref="SchemaIds"/> remembers; retries and time limits
/// are the caller's. Thread-safe. Source: docs.confluent.io, "Schema Registry API Reference".
/// </summary>
/// <param name="http">Client whose BaseAddress is the registry, a path included where it has one.</param>
public sealed class SchemaRegistryClient(HttpClient http)
{
    private static readonly MediaTypeHeaderValue MediaType = new("application/vnd.schemaregistry.v1+json");

    private readonly Uri _registry = BaseOf(http);

    /// <summary>Where the registry is, without credentials: fit for messages.</summary>
    public string Address => _registry.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <summary>Registers an Avro schema under the subject; the same schema again gives the same id.</summary>
    /// <returns>Id of the schema.</returns>
    /// <exception cref="SchemaRegistryException">The registry refuses: incompatible, invalid, no right to write.</exception>
    /// <exception cref="HttpRequestException">The registry cannot be reached.</exception>
    public async Task<int> RegisterAsync(string subject, string schemaJson, CancellationToken cancellationToken)
    {
        using var body = JsonContent.Create(new SchemaRequest(schemaJson), RegistryJson.Default.SchemaRequest, MediaType);
        using var answer = await http.PostAsync(At($"subjects/{Uri.EscapeDataString(subject)}/versions"), body, cancellationToken);
        var what = $"register a schema under subject {subject}";
        if (!answer.IsSuccessStatusCode)
            throw await RefusalAsync(answer, what, cancellationToken);

        return (await ReadAsync(answer, RegistryJson.Default.IdResponse, what, cancellationToken)).Id;
    }

    /// <summary>The text of the Avro schema of that id; null if the registry has none.</summary>
    /// <exception cref="SchemaRegistryException">The registry refuses.</exception>
    /// <exception cref="HttpRequestException">The registry cannot be reached.</exception>
    public async Task<string?> FindSchemaAsync(int id, CancellationToken cancellationToken)
    {
        var found = await FindAsync($"schemas/ids/{id}", RegistryJson.Default.SchemaResponse, $"read schema id {id}", cancellationToken);
        return found?.SchemaType is null or "AVRO" ? found?.Schema : null;
    }

    /// <summary>The newest version of the subject; null if there is none.</summary>
    /// <exception cref="SchemaRegistryException">The registry refuses.</exception>
    /// <exception cref="HttpRequestException">The registry cannot be reached.</exception>
    public Task<RegisteredSchema?> FindLatestAsync(string subject, CancellationToken cancellationToken) => FindAsync(
        $"subjects/{Uri.EscapeDataString(subject)}/versions/latest",
        RegistryJson.Default.RegisteredSchema,
        $"read the newest version of subject {subject}",
        cancellationToken);

    private static Uri BaseOf(HttpClient http)
    {
        var address = http.BaseAddress ?? throw new ArgumentException("The HttpClient needs a BaseAddress: the registry's.", nameof(http));
        return address.AbsolutePath.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");
    }

    private Uri At(string path) => new(_registry, path);

    private async Task<T?> FindAsync<T>(string path, JsonTypeInfo<T> type, string what, CancellationToken cancellationToken)
        where T : class
    {
        using var answer = await http.GetAsync(At(path), cancellationToken);
        if (answer.IsSuccessStatusCode)
            return await ReadAsync(answer, type, what, cancellationToken);

        var refusal = await RefusalAsync(answer, what, cancellationToken);
        // 404xx are the registry's own "not found"; a plain 404 comes from something that is no registry.
        return refusal.ErrorCode is 40401 or 40402 or 40403 ? null : throw refusal;
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
