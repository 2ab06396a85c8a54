using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace TrackHub.LocalKafka.Tests.Registry;

/// <summary>The registry as serialisers and tools see it: over HTTP.</summary>
public sealed class RegistryTests : IAsyncLifetime, IDisposable
{
    private const string Person = """
        { "type": "record", "name": "Person", "namespace": "example",
          "fields": [ { "name": "name", "type": ["null", "string"], "default": null } ] }
        """;

    private const string Compact =
        """{"type":"record","name":"Person","namespace":"example","fields":[{"name":"name","type":["null","string"],"default":null}]}""";

    private readonly TestBroker _broker = new();
    private HttpClient _http = null!;

    public async Task InitializeAsync()
    {
        await _broker.InitializeAsync();
        _http = new HttpClient { BaseAddress = _broker.Registry };
    }

    public Task DisposeAsync() => _broker.DisposeAsync();

    public void Dispose()
    {
        _http.Dispose();
        _broker.Dispose();
    }

    [Fact]
    public async Task The_same_schema_has_one_id_in_all_subjects_and_survives_a_restart()
    {
        (await RegisterAsync("a-value", Person)).ShouldBe(1);
        (await RegisterAsync("a-value", Compact)).ShouldBe(1);
        (await RegisterAsync("b-value", "\"string\"")).ShouldBe(2);
        (await RegisterAsync("c-value", Person)).ShouldBe(1);
        (await RegisterAsync("a-value", "\"long\"")).ShouldBe(3);

        await _broker.RestartAsync();
        _http.Dispose();
        _http = new HttpClient { BaseAddress = _broker.Registry };

        (await GetAsync("/subjects")).ShouldBe("""["a-value","b-value","c-value"]""");
        (await GetAsync("/subjects/a-value/versions")).ShouldBe("[1,2]");
        (await GetAsync("/subjects/a-value/versions/1/schema")).ShouldBe(Compact);
        (await GetAsync("/subjects/a-value/versions/latest")).ShouldBe("""{"subject":"a-value","version":2,"id":3,"schema":"\"long\""}""");
        JsonDocument.Parse(await GetAsync("/schemas/ids/1")).RootElement.GetProperty("schema").GetString().ShouldBe(Compact);
        (await RegisterAsync("d-value", "\"int\"")).ShouldBe(4);
    }

    [Fact]
    public async Task A_schema_is_looked_up_by_its_text()
    {
        await RegisterAsync("a-value", Person);

        var found = await _http.PostAsJsonAsync("/subjects/a-value", new { schema = Person });

        found.StatusCode.ShouldBe(HttpStatusCode.OK);
        found.Content.Headers.ContentType!.ToString().ShouldBe("application/vnd.schemaregistry.v1+json");
        JsonDocument.Parse(await found.Content.ReadAsStringAsync()).RootElement.GetProperty("version").GetInt32().ShouldBe(1);
        await ShouldRefuseAsync(_http.PostAsJsonAsync("/subjects/a-value", new { schema = "\"string\"" }), HttpStatusCode.NotFound, 40403);
        await ShouldRefuseAsync(_http.PostAsJsonAsync("/subjects/nobody", new { schema = Person }), HttpStatusCode.NotFound, 40401);
    }

    [Theory]
    [InlineData("/subjects/nobody/versions", HttpStatusCode.NotFound, 40401)]
    [InlineData("/subjects/a-value/versions/7", HttpStatusCode.NotFound, 40402)]
    [InlineData("/subjects/a-value/versions/zero", HttpStatusCode.UnprocessableEntity, 42202)]
    [InlineData("/schemas/ids/99", HttpStatusCode.NotFound, 40403)]
    [InlineData("/config/a-value", HttpStatusCode.NotFound, 40408)]
    public async Task What_is_not_there_has_confluents_error_code(string path, HttpStatusCode status, int code)
    {
        await RegisterAsync("a-value", Person);

        await ShouldRefuseAsync(_http.GetAsync(path), status, code);
    }

    [Theory]
    [InlineData("""{"type":"record","name":"A"}""")]
    [InlineData("""{"type":"record","name":"A","fields":[{"name":"b","type":"Missing"}]}""")]
    [InlineData("""{"type":"record","name":"A","fields":[{"name":"b","type":"int"},{"name":"b","type":"int"}]}""")]
    [InlineData("""{"type":"enum","name":"E","symbols":["A","A"]}""")]
    [InlineData("""{"type":"fixed","name":"F","size":"two"}""")]
    [InlineData("""["int",["null"]]""")]
    [InlineData("5")]
    [InlineData("not json")]
    [InlineData("")]
    public async Task What_is_no_avro_schema_is_refused(string schema) => await ShouldRefuseAsync(
        _http.PostAsJsonAsync("/subjects/a-value/versions", new { schema }), HttpStatusCode.UnprocessableEntity, 42201);

    [Fact]
    public async Task A_body_that_is_no_json_is_refused() => await ShouldRefuseAsync(
        _http.PostAsync("/subjects/a-value/versions", new StringContent("{")), HttpStatusCode.BadRequest, 400);

    [Fact]
    public async Task Compatibility_levels_are_stored_per_subject_and_globally()
    {
        (await GetAsync("/config")).ShouldBe("""{"compatibilityLevel":"FULL_TRANSITIVE"}""");
        (await GetAsync("/config/a-value?defaultToGlobal=true")).ShouldBe("""{"compatibilityLevel":"FULL_TRANSITIVE"}""");

        await PutAsync("/config", "backward");
        await PutAsync("/config/a-value", "NONE");
        await _broker.RestartAsync();
        _http.Dispose();
        _http = new HttpClient { BaseAddress = _broker.Registry };

        (await GetAsync("/config")).ShouldBe("""{"compatibilityLevel":"BACKWARD"}""");
        (await GetAsync("/config/a-value")).ShouldBe("""{"compatibilityLevel":"NONE"}""");
        await ShouldRefuseAsync(_http.PutAsJsonAsync("/config", new { compatibility = "SOMETIMES" }), HttpStatusCode.UnprocessableEntity, 42203);
    }

    [Fact]
    public async Task The_log_behind_it_is_an_ordinary_topic_with_confluents_records()
    {
        await RegisterAsync("a-value", "\"string\"");

        var record = _broker.Read("_schemas", 0, 1).Single().Message;

        record.Key.ShouldBe("""{"keytype":"SCHEMA","subject":"a-value","version":1,"magic":1}""");
        record.Value.ShouldBe("""{"subject":"a-value","version":1,"id":1,"schema":"\"string\"","deleted":false}""");
    }

    private static async Task ShouldRefuseAsync(Task<HttpResponseMessage> answering, HttpStatusCode status, int code)
    {
        using var answer = await answering;
        answer.StatusCode.ShouldBe(status);
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("error_code").GetInt32().ShouldBe(code);
    }

    private async Task<int> RegisterAsync(string subject, string schema)
    {
        using var answer = await _http.PostAsJsonAsync($"/subjects/{subject}/versions", new { schema });
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetInt32();
    }

    private async Task PutAsync(string path, string level)
    {
        using var answer = await _http.PutAsJsonAsync(path, new { compatibility = level });
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private Task<string> GetAsync(string path) => _http.GetStringAsync(path);
}
