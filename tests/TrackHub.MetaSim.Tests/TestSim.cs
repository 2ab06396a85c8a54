using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace TrackHub.MetaSim.Tests;

/// <summary>A simulator on a free port with a directory of its own, and a client for it.</summary>
public sealed class TestSim : IAsyncLifetime, IDisposable
{
    public const string Dataset = "1000000000000001";
    public const string Hash = "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("metasim");
    private MetaSimHost? _host;
    private HttpClient? _http;

    public HttpClient Http => _http!;

    public MetaSimHost Host => _host!;

    public string DirectoryPath => _directory.FullName;

    public static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    public Task InitializeAsync() => StartAsync();

    public async Task StartAsync(int segmentEvents = 250_000, int maxSegments = 8)
    {
        _host = await MetaSimHost.StartAsync(new MetaSimOptions { DataDirectory = DirectoryPath, SegmentEvents = segmentEvents, MaxSegments = maxSegments });
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = _host.BaseAddress, Timeout = TimeSpan.FromSeconds(20) };
    }

    public async Task StopAsync()
    {
        Http.Dispose();
        await Host.DisposeAsync();
    }

    public async Task DisposeAsync() => await StopAsync();

    public void Dispose() => _directory.Delete(recursive: true);

    /// <summary>A valid Purchase from a website.</summary>
    public static JsonObject Purchase(string id = "order-1") => new()
    {
        ["event_name"] = "Purchase",
        ["event_time"] = Now - 10,
        ["event_id"] = id,
        ["action_source"] = "website",
        ["event_source_url"] = "https://shop.example.com/thanks",
        ["user_data"] = new JsonObject { ["em"] = new JsonArray(Hash), ["client_user_agent"] = "Mozilla/5.0", ["client_ip_address"] = "203.0.113.7" },
        ["custom_data"] = new JsonObject { ["value"] = 197.5, ["currency"] = "BRL" },
    };

    public Task<Answer> SendAsync(params JsonNode[] events) => SendBodyAsync(new JsonObject { ["data"] = new JsonArray(events) }.ToJsonString());

    public async Task<Answer> SendBodyAsync(string body, string path = $"/v25.0/{Dataset}/events", string? token = "test-token", string? language = null)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (language is not null)
            request.Headers.AcceptLanguage.ParseAdd(language);
        using var response = await Http.SendAsync(request);
        return await Answer.ReadAsync(response);
    }

    public async Task<JsonObject> GetAsync(string path) => (await Http.GetFromJsonAsync<JsonObject>(path))!;

    public async Task<Answer> BehaveAsync(string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await Http.PostAsync(new Uri("/_sim/behaviour", UriKind.Relative), content);
        return await Answer.ReadAsync(response);
    }
}

/// <summary>An answer, read to its end.</summary>
public sealed record Answer(int Status, string Text, HttpResponseHeaders Headers)
{
    public JsonObject Json => JsonNode.Parse(Text)!.AsObject();

    public JsonObject Error => Json["error"]!.AsObject();

    public int Code => (int)Error["code"]!;

    public int? Subcode => (int?)Error["error_subcode"];

    public static async Task<Answer> ReadAsync(HttpResponseMessage response) =>
        new((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers);
}
