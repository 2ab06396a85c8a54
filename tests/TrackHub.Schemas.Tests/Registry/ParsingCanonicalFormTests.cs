using System.Text.Json.Nodes;

namespace TrackHub.Schemas.Tests.Registry;

/// <summary>The transformation of the Avro specification, rule by rule.</summary>
public sealed class ParsingCanonicalFormTests
{
    [Theory]
    [InlineData("""{ "type" : "int" }""", "\"int\"")]
    [InlineData("""{"type":"long","logicalType":"timestamp-millis"}""", "\"long\"")]
    [InlineData("""["null", {"type":"string"}]""", """["null","string"]""")]
    [InlineData("""{"items":{"type":"bytes"},"type":"array","doc":"x"}""", """{"type":"array","items":"bytes"}""")]
    [InlineData("""{"values":"int","type":"map"}""", """{"type":"map","values":"int"}""")]
    [InlineData("""{"type":"fixed","size":16,"name":"f","namespace":"n"}""", """{"name":"n.f","type":"fixed","size":16}""")]
    [InlineData("""{"type":"enum","doc":"x","symbols":["b","a"],"name":"e","default":"a"}""", """{"name":"e","type":"enum","symbols":["b","a"]}""")]
    [InlineData(
        """{"type":"record","name":"n.R","aliases":["x"],"fields":[{"doc":"x","type":["null","R"],"name":"a","default":null},{"name":"b","type":{"type":"enum","name":"E","symbols":["s"]}}]}""",
        """{"name":"n.R","type":"record","fields":[{"name":"a","type":["null","n.R"]},{"name":"b","type":{"name":"n.E","type":"enum","symbols":["s"]}}]}""")]
    public void Schema_is_stripped_ordered_and_named_in_full(string schema, string expected)
    {
        ParsingCanonicalForm.TryOf(schema, out var canonical).ShouldBeTrue();

        canonical.ShouldBe(expected);
    }

    [Fact]
    public void Every_topics_schema_keeps_its_form_without_documentation()
    {
        foreach (var schema in Topics.All.Select(static topic => topic.ValueSchemaJson).Distinct())
        {
            ParsingCanonicalForm.TryOf(schema, out var ours).ShouldBeTrue();
            ParsingCanonicalForm.TryOf(WithoutDocs(schema), out var theirs).ShouldBeTrue();

            theirs.ShouldBe(ours);
        }
    }

    private static string WithoutDocs(string schema)
    {
        var json = JsonNode.Parse(schema)!;
        Strip(json);
        return json.ToJsonString();

        static void Strip(JsonNode? node)
        {
            if (node is JsonObject members)
            {
                members.Remove("doc");
                foreach (var member in members)
                    Strip(member.Value);
            }
            else if (node is JsonArray items)
            {
                foreach (var item in items)
                    Strip(item);
            }
        }
    }
}
