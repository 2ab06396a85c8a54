using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TrackHub.LocalKafka.Tests.Registry;

/// <summary>Calls a registry and says what came back, as a line a test can read.</summary>
internal sealed class RegistryCaller(Uri address) : IDisposable
{
    public const string MediaType = "application/vnd.schemaregistry.v1+json";

    private readonly HttpClient _http = new() { BaseAddress = address };

    public void Dispose() => _http.Dispose();

    /// <summary>Body of a 200.</summary>
    public async Task<string> GetAsync(string path) => await OkAsync(HttpMethod.Get, path);

    /// <summary>Body of a 200.</summary>
    public async Task<string> PostAsync(string path, string schema) => await OkAsync(HttpMethod.Post, path, SchemaBody(schema));

    /// <summary>Body of a 200.</summary>
    public async Task<string> DeleteAsync(string path) => await OkAsync(HttpMethod.Delete, path);

    /// <summary>Sets the level of a subject, or the global one for null.</summary>
    public Task<string> SetLevelAsync(string? subject, string level) =>
        OkAsync(HttpMethod.Put, subject is null ? "/config" : $"/config/{subject}", new JsonObject { ["compatibility"] = level }.ToJsonString());

    /// <summary>Registers a schema and returns its id.</summary>
    public async Task<int> RegisterAsync(string subject, string schema) =>
        (int)JsonNode.Parse(await PostAsync($"/subjects/{subject}/versions", schema))!["id"]!;

    /// <summary>Whether a schema may be the subject's next version, and why not.</summary>
    public async Task<(bool IsCompatible, string Messages)> TestAsync(string subject, string schema, string version = "")
    {
        var answer = JsonNode.Parse(await PostAsync($"/compatibility/subjects/{subject}/versions{version}?verbose=true", schema))!;
        return ((bool)answer["is_compatible"]!, string.Join('\n', answer["messages"]!.AsArray().Select(static message => (string)message!)));
    }

    /// <summary>The error code of an answer whose status agrees with it.</summary>
    public async Task<int> RefusalAsync(HttpMethod method, string path, string? body = null)
    {
        using var answer = await SendAsync(method, path, body);
        answer.Content.Headers.ContentType!.ToString().ShouldBe(MediaType);
        using var error = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        error.RootElement.GetProperty("message").GetString().ShouldNotBeNullOrEmpty();
        var code = error.RootElement.GetProperty("error_code").GetInt32();
        (code > 999 ? code / 100 : code).ShouldBe((int)answer.StatusCode);
        return code;
    }

    public static string SchemaBody(string schema) => new JsonObject { ["schema"] = schema }.ToJsonString();

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body = null, string type = MediaType, string? accept = null)
    {
        var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };
        if (accept is not null)
            request.Headers.Add("Accept", accept);
        return _http.SendAsync(request);
    }

    private async Task<string> OkAsync(HttpMethod method, string path, string? body = null)
    {
        using var answer = await SendAsync(method, path, body);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return text;
    }
}

/// <summary>A broker of one test with a caller of its registry.</summary>
public abstract class RegistryTest : IAsyncLifetime, IDisposable
{
    private readonly TestBroker _broker = new();

    internal RegistryCaller Registry { get; private set; } = null!;

    protected TestBroker Broker => _broker;

    public async Task InitializeAsync()
    {
        await _broker.InitializeAsync();
        Registry = new(_broker.Registry);
    }

    public Task DisposeAsync() => _broker.DisposeAsync();

    public void Dispose()
    {
        Registry.Dispose();
        _broker.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Stops the broker and starts it on the same log.</summary>
    protected async Task RestartAsync()
    {
        await _broker.RestartAsync();
        Registry.Dispose();
        Registry = new(_broker.Registry);
    }
}
