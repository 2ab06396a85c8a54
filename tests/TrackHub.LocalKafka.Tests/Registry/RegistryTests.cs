using System.Text.Json.Nodes;

namespace TrackHub.LocalKafka.Tests.Registry;

/// <summary>The registry as serialisers and tools see it: over HTTP.</summary>
public sealed class RegistryTests : RegistryTest
{
    private const string Person = """
        { "namespace": "example", "name": "Person", "type": "record",
          "fields": [ { "default": null, "name": "name", "type": ["null", "string"] } ] }
        """;

    private const string Canonical =
        """{"type":"record","name":"Person","namespace":"example","fields":[{"name":"name","type":["null","string"],"default":null}]}""";

    [Fact]
    public async Task The_same_schema_has_one_id_in_all_subjects_and_survives_a_restart()
    {
        await Registry.SetLevelAsync(null, "NONE");
        (await Registry.RegisterAsync("a-value", Person)).ShouldBe(1);
        (await Registry.RegisterAsync("a-value", Canonical)).ShouldBe(1);
        (await Registry.RegisterAsync("b-value", "\"string\"")).ShouldBe(2);
        (await Registry.RegisterAsync("c-value", Person)).ShouldBe(1);
        (await Registry.RegisterAsync("a-value", "\"long\"")).ShouldBe(3);

        await RestartAsync();

        (await Registry.GetAsync("/subjects")).ShouldBe("""["a-value","b-value","c-value"]""");
        (await Registry.GetAsync("/subjects?subjectPrefix=b")).ShouldBe("""["b-value"]""");
        (await Registry.GetAsync("/subjects/a-value/versions")).ShouldBe("[1,2]");
        (await Registry.GetAsync("/subjects/a-value/versions/1/schema")).ShouldBe(Canonical);
        (await Registry.GetAsync("/subjects/a-value/versions/latest")).ShouldBe("""{"subject":"a-value","version":2,"id":3,"schema":"\"long\""}""");
        (await Registry.GetAsync("/subjects/a-value/versions/-1")).ShouldContain("\"version\":2");
        (await Registry.RegisterAsync("d-value", "\"int\"")).ShouldBe(4);
    }

    [Fact]
    public async Task What_others_wrote_into_its_topic_does_not_keep_it_from_starting()
    {
        await Registry.RegisterAsync("a-value", "\"string\"");
        using (var producer = Broker.Producer())
        {
            foreach (var (key, value) in ((string, string)[])[
                ("not json", "{}"), ("{}", "{}"), ("[1]", "{}"), ("""{"keytype":"SCHEMA","magic":1}""", "{}"),
                ("""{"keytype":"SCHEMA","subject":"b","version":1,"magic":1}""", "not json"), ("""{"keytype":"CONFIG","magic":0}""", "{}"),
                ("""{"keytype":"DELETE_SUBJECT","subject":"b","magic":0}""", "{}")])
                await producer.ProduceAsync("_schemas", new() { Key = key, Value = value });
        }

        await RestartAsync();

        (await Registry.GetAsync("/subjects")).ShouldBe("""["a-value"]""");
        (await Registry.GetAsync("/config")).ShouldContain("FULL_TRANSITIVE");
    }

    [Fact]
    public async Task A_schema_is_found_by_its_id_and_so_is_where_it_is()
    {
        await Registry.SetLevelAsync(null, "NONE");
        await Registry.RegisterAsync("a-value", "\"int\"");
        await Registry.RegisterAsync("a-value", Person);
        await Registry.RegisterAsync("b-value", Person);

        ((string)JsonNode.Parse(await Registry.GetAsync("/schemas/ids/2"))!["schema"]!).ShouldBe(Canonical);
        (await Registry.GetAsync("/schemas/ids/2/schema")).ShouldBe(Canonical);
        (await Registry.GetAsync("/schemas/ids/2/subjects")).ShouldBe("""["a-value","b-value"]""");
        (await Registry.GetAsync("/schemas/ids/2/versions")).ShouldBe("""[{"subject":"a-value","version":2},{"subject":"b-value","version":1}]""");
        (await Registry.GetAsync("/schemas/types")).ShouldBe("""["AVRO"]""");
        (await Registry.GetAsync("/subjects/a-value/versions/1/referencedby")).ShouldBe("[]");
    }

    [Fact]
    public async Task A_schema_is_looked_up_by_its_text()
    {
        await Registry.RegisterAsync("a-value", Person);

        (await Registry.PostAsync("/subjects/a-value", Canonical)).ShouldStartWith("""{"subject":"a-value","version":1,"id":1,""");
        (await Registry.RefusalAsync(HttpMethod.Post, "/subjects/a-value", RegistryCaller.SchemaBody("\"string\""))).ShouldBe(40403);
        (await Registry.RefusalAsync(HttpMethod.Post, "/subjects/nobody", RegistryCaller.SchemaBody(Person))).ShouldBe(40401);
        (await Registry.RefusalAsync(HttpMethod.Post, "/subjects/nobody", RegistryCaller.SchemaBody("nonsense"))).ShouldBe(42201);
    }

    [Fact]
    public async Task The_log_behind_it_is_an_ordinary_topic_with_confluents_records()
    {
        await Registry.RegisterAsync("a-value", "\"string\"");
        await Registry.SetLevelAsync("a-value", "none");
        await Registry.DeleteAsync("/subjects/a-value");
        await Registry.DeleteAsync("/subjects/a-value?permanent=true");

        var records = Broker.Read("_schemas", 0, 6).Select(static record => $"{record.Message.Key} {record.Message.Value}");

        records.ShouldBe(
        [
            """{"keytype":"SCHEMA","subject":"a-value","version":1,"magic":1} {"subject":"a-value","version":1,"id":1,"schema":"\"string\"","deleted":false}""",
            """{"keytype":"CONFIG","subject":"a-value","magic":0} {"compatibilityLevel":"NONE"}""",
            """{"keytype":"DELETE_SUBJECT","subject":"a-value","magic":0} {"subject":"a-value","version":1}""",
            """{"keytype":"NOOP","magic":0} {"id":1}""",   // skipped by Confluent's
            """{"keytype":"SCHEMA","subject":"a-value","version":1,"magic":1} """,
            """{"keytype":"CONFIG","subject":"a-value","magic":0} """,
        ]);
    }
}
