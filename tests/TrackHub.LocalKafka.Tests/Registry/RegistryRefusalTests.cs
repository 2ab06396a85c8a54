using System.Net;

namespace TrackHub.LocalKafka.Tests.Registry;

/// <summary>What the registry refuses, and in which words and media types it speaks.</summary>
public sealed class RegistryRefusalTests(TestBroker broker) : IClassFixture<TestBroker>, IDisposable
{
    private readonly RegistryCaller _registry = new(broker.Registry);

    public void Dispose() => _registry.Dispose();

    [Theory]
    [InlineData("/subjects/nobody/versions", 40401)]
    [InlineData("/subjects/nobody/versions/1", 40401)]
    [InlineData("/subjects/nobody/versions/latest", 40401)]
    [InlineData("/subjects/a-value/versions/7", 40402)]
    [InlineData("/subjects/a-value/versions/7/schema", 40402)]
    [InlineData("/subjects/a-value/versions/7/referencedby", 40402)]
    [InlineData("/subjects/a-value/versions/zero", 42202)]
    [InlineData("/subjects/a-value/versions/0", 42202)]
    [InlineData("/subjects/a-value/versions/-2", 42202)]
    [InlineData("/subjects/a-value/versions/2147483648", 42202)]
    [InlineData("/schemas/ids/99", 40403)]
    [InlineData("/schemas/ids/99/schema", 40403)]
    [InlineData("/schemas/ids/99/subjects", 40403)]
    [InlineData("/schemas/ids/99/versions", 40403)]
    [InlineData("/schemas/ids/ninety", 404)]
    [InlineData("/config/a-value", 40408)]
    [InlineData("/mode/a-value", 40409)]
    [InlineData("/no/such.thing", 404)]
    public async Task What_is_not_there_has_confluents_error_code(string path, int code)
    {
        await _registry.RegisterAsync("a-value", "\"int\"");

        (await _registry.RefusalAsync(HttpMethod.Get, path)).ShouldBe(code);
    }

    [Theory]
    [InlineData("{", 400)]
    [InlineData("[]", 400)]
    [InlineData("""{"schema":7}""", 400)]
    [InlineData("null", 422)]
    [InlineData("{}", 42201)]
    [InlineData("""{"schema":" "}""", 42201)]
    [InlineData("""{"schema":"{}","schemaType":"JSON"}""", 42201)]
    [InlineData("""{"schema":"\"int\"","references":[{"name":"a","subject":"a","version":1}]}""", 42201)]
    public async Task A_body_that_is_no_registration_is_refused(string body, int code) =>
        (await _registry.RefusalAsync(HttpMethod.Post, "/subjects/a-value/versions", body)).ShouldBe(code);

    [Fact]
    public async Task A_wrong_method_is_refused_in_the_same_words() => (await _registry.RefusalAsync(HttpMethod.Put, "/subjects/a-value")).ShouldBe(405);

    [Theory]
    [InlineData(null, "application/vnd.schemaregistry.v1+json")]
    [InlineData("*/*", "application/vnd.schemaregistry.v1+json")]
    [InlineData("application/*", "application/vnd.schemaregistry.v1+json")]
    [InlineData("application/vnd.schemaregistry.v1+json, application/vnd.schemaregistry+json, application/json", "application/vnd.schemaregistry.v1+json")]
    [InlineData("application/vnd.schemaregistry+json", "application/vnd.schemaregistry+json")]
    [InlineData("application/json; q=0.5", "application/json")]
    public async Task The_answer_is_of_a_type_the_client_takes(string? accept, string answered)
    {
        using var answer = await _registry.SendAsync(HttpMethod.Get, "/subjects", accept: accept);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe(answered);
    }

    [Fact]
    public async Task A_client_that_takes_no_json_is_refused()
    {
        using var answer = await _registry.SendAsync(HttpMethod.Get, "/subjects", accept: "text/html");

        answer.StatusCode.ShouldBe(HttpStatusCode.NotAcceptable);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("\"error_code\":406");
    }

    [Theory]
    [InlineData("application/json; charset=utf-8", HttpStatusCode.OK)]
    [InlineData("application/octet-stream", HttpStatusCode.OK)]
    [InlineData("text/plain", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/x-www-form-urlencoded", HttpStatusCode.UnsupportedMediaType)]
    public async Task A_body_of_another_type_is_refused(string type, HttpStatusCode status)
    {
        using var answer = await _registry.SendAsync(HttpMethod.Post, "/subjects/a-value/versions", RegistryCaller.SchemaBody("\"int\""), type);

        answer.StatusCode.ShouldBe(status);
    }

    [Fact]
    public async Task The_mode_is_always_READWRITE()
    {
        (await _registry.GetAsync("/mode")).ShouldBe("""{"mode":"READWRITE"}""");
        (await _registry.GetAsync("/mode/a-value?defaultToGlobal=true")).ShouldBe("""{"mode":"READWRITE"}""");
        using var kept = await _registry.SendAsync(HttpMethod.Put, "/mode", """{"mode":"readwrite"}""");
        kept.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _registry.RefusalAsync(HttpMethod.Put, "/mode", """{"mode":"READONLY"}""")).ShouldBe(42205);
        (await _registry.RefusalAsync(HttpMethod.Put, "/mode/a-value", """{"mode":"SOMETIMES"}""")).ShouldBe(42204);
    }
}
