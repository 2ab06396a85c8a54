using System.Net;

namespace TrackHub.Schemas.Tests.Registry;

/// <summary>The client against a server that answers with Confluent's documented JSON.</summary>
public sealed class SchemaRegistryClientTests : IAsyncLifetime
{
    private RegistryStandIn _server = null!;
    private SchemaRegistryClient _client = null!;

    public async Task InitializeAsync()
    {
        _server = await RegistryStandIn.StartAsync();
        _client = new SchemaRegistryClient(_server.Http);
    }

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Fact]
    public async Task Registered_schema_is_found_by_id_and_as_the_newest()
    {
        var id = await _client.RegisterAsync("conversions-value", Conversion.SchemaJson, default);

        (await _client.FindSchemaAsync(id, default)).ShouldBe(Conversion.SchemaJson);
        (await _client.FindLatestAsync("conversions-value", default)).ShouldBe(new RegisteredSchema("conversions-value", 1, id, Conversion.SchemaJson));
    }

    [Fact]
    public async Task What_the_registry_does_not_have_is_null()
    {
        (await _client.FindSchemaAsync(7, default)).ShouldBeNull();
        (await _client.FindLatestAsync("nothing-value", default)).ShouldBeNull();
    }

    [Fact]
    public async Task Subject_is_escaped_in_the_path()
    {
        await _client.RegisterAsync("a/b c-value", "\"string\"", default);

        _server.Requests.ShouldContain("POST /registry/subjects/a%2Fb%20c-value/versions");
    }

    [Fact]
    public async Task Schema_of_another_language_is_none()
    {
        _server.Intercept = static context => RegistryStandIn.AnswerAsync(context, 200, """{"schemaType":"JSON","schema":"{}"}""");

        (await _client.FindSchemaAsync(1, default)).ShouldBeNull();
    }

    [Fact]
    public async Task Incompatible_schema_is_refused_with_subject_code_and_remedy()
    {
        _server.Intercept = static context => RegistryStandIn.AnswerAsync(
            context, 409, """{"error_code":409,"message":"Schema being registered is incompatible with an earlier schema"}""");

        var refused = await Should.ThrowAsync<SchemaRegistryException>(_client.RegisterAsync("conversions-value", "\"string\"", default));

        refused.Status.ShouldBe(HttpStatusCode.Conflict);
        refused.IsTemporary.ShouldBeFalse();
        refused.Message.ShouldContain("conversions-value");
        refused.Message.ShouldContain("incompatible with an earlier schema");
        refused.Message.ShouldContain("Remedy: give new fields a default");
    }

    [Theory]
    [InlineData(500, """{"error_code":50001,"message":"Error in the backend data store"}""", 50001, true)]
    [InlineData(429, "", 429, true)]
    [InlineData(422, """{"error_code":42201,"message":"Invalid Avro schema"}""", 42201, false)]
    [InlineData(401, "<html>who are you</html>", 401, false)]
    [InlineData(404, "<html>no such page</html>", 404, false)]
    [InlineData(200, "<html>welcome</html>", 200, false)]
    [InlineData(200, "null", 200, false)]
    [InlineData(200, """{"nothing":"known"}""", 200, false)]
    public async Task Any_other_answer_is_a_refusal_that_says_whether_to_try_again(int status, string body, int code, bool isTemporary)
    {
        _server.Intercept = context => RegistryStandIn.AnswerAsync(context, status, body);

        var refused = await Should.ThrowAsync<SchemaRegistryException>(_client.FindSchemaAsync(1, default));

        refused.ErrorCode.ShouldBe(code);
        refused.IsTemporary.ShouldBe(isTemporary);
        refused.Message.ShouldContain("Remedy: ");
    }

    [Fact]
    public async Task Registry_that_is_away_is_an_http_request_exception()
    {
        _server.Intercept = static context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };

        await Should.ThrowAsync<HttpRequestException>(_client.FindSchemaAsync(1, default));
    }

    [Fact]
    public void Credentials_of_the_address_stay_out_of_messages()
    {
        using var http = new HttpClient { BaseAddress = new Uri("http://user:secret@registry.example.com/sr") };

        new SchemaRegistryClient(http).Address.ShouldBe("http://registry.example.com/sr/");
    }

    [Fact]
    public void Client_without_an_address_is_refused_at_once()
    {
        using var http = new HttpClient();

        Should.Throw<ArgumentException>(() => new SchemaRegistryClient(http));
    }
}
