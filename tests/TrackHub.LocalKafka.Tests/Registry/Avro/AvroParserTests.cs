using TrackHub.LocalKafka.Registry;
using TrackHub.LocalKafka.Registry.Avro;

namespace TrackHub.LocalKafka.Tests.Registry.Avro;

public sealed class AvroParserTests
{
    [Theory]
    [InlineData("""{"type":"record","name":"A"}""")]
    [InlineData("""{"type":"record","fields":[]}""")]
    [InlineData("""{"type":"record","name":"1A","fields":[]}""")]
    [InlineData("""{"type":"record","name":"int","fields":[]}""")]
    [InlineData("""{"type":"record","name":"A","fields":[{"name":"b","type":"Missing"}]}""")]
    [InlineData("""{"type":"record","name":"A","fields":[{"name":"b","type":"int"},{"name":"b","type":"int"}]}""")]
    [InlineData("""{"type":"record","name":"A","fields":[{"type":"int"}]}""")]
    [InlineData("""{"type":"record","name":"A","fields":[{"name":"b","type":{"type":"record","name":"A","fields":[]}}]}""")]
    [InlineData("""{"type":"enum","name":"E","symbols":["A","A"]}""")]
    [InlineData("""{"type":"enum","name":"E","symbols":["A"],"default":"B"}""")]
    [InlineData("""{"type":"fixed","name":"F","size":"two"}""")]
    [InlineData("""{"type":"array"}""")]
    [InlineData("""{"type":"array","items":5}""")]
    [InlineData("""["int",["null"]]""")]
    [InlineData("""["int","int"]""")]
    [InlineData("""{"type":"record","name":"A","doc":"\ud800","fields":[]}""")]
    [InlineData("""{"type":"record","name":"A","x":"\ud800","fields":[]}""")]
    [InlineData("""{"type":"record","name":"A","fields":[{"name":"b","type":"string","default":"\udc00"}]}""")]
    [InlineData("5")]
    [InlineData("not json")]
    [InlineData("")]
    [InlineData(null)]
    public void What_is_no_schema_is_refused(string? text) =>
        Should.Throw<RegistryException>(() => AvroParser.Parse(text, checkDefaults: true)).Code.ShouldBe(42201);

    [Fact]
    public void Nesting_without_end_is_refused() => Should.Throw<RegistryException>(
        () => AvroParser.Parse(string.Concat(Enumerable.Repeat("""{"type":"array","items":""", 10_000)) + "\"int\"" + new string('}', 10_000), checkDefaults: true));

    [Theory]
    [InlineData("\"int\"", "1", true)]
    [InlineData("\"int\"", "2147483648", false)]
    [InlineData("\"long\"", "2147483648", true)]
    [InlineData("\"double\"", "1", true)]
    [InlineData("\"double\"", "\"1\"", false)]
    [InlineData("\"boolean\"", "0", false)]
    [InlineData("\"bytes\"", "\"\\u00ff\"", true)]
    [InlineData("\"bytes\"", "\"\\u0100\"", false)]
    [InlineData("\"string\"", "null", false)]
    [InlineData("""["null","string"]""", "null", true)]
    [InlineData("""["null","string"]""", "\"a\"", false)]
    [InlineData("""["string","null"]""", "\"a\"", true)]
    [InlineData("""{"type":"array","items":"int"}""", "[1,2]", true)]
    [InlineData("""{"type":"array","items":"int"}""", "[1,null]", false)]
    [InlineData("""{"type":"map","values":"int"}""", """{"a":1}""", true)]
    [InlineData("""{"type":"enum","name":"E","symbols":["A"]}""", "\"B\"", false)]
    [InlineData("""{"type":"fixed","name":"F","size":2}""", "\"ab\"", true)]
    [InlineData("""{"type":"fixed","name":"F","size":2}""", "\"a\"", false)]
    [InlineData("""{"type":"record","name":"P","fields":[{"name":"a","type":"int"},{"name":"b","type":"int","default":0}]}""", """{"a":1}""", true)]
    [InlineData("""{"type":"record","name":"P","fields":[{"name":"a","type":"int"}]}""", "{}", false)]
    public void A_new_schemas_defaults_are_values_of_their_types(string type, string value, bool isSchema)
    {
        var schema = $$"""{"type":"record","name":"R","fields":[{"name":"f","type":{{type}},"default":{{value}}}]}""";

        if (isSchema)
            AvroParser.Parse(schema, checkDefaults: true).Kind.ShouldBe("record");
        else
            Should.Throw<RegistryException>(() => AvroParser.Parse(schema, checkDefaults: true)).Message.ShouldContain("'f'");
        AvroParser.Parse(schema, checkDefaults: false).Kind.ShouldBe("record");
    }

    [Theory]
    [InlineData(""" { "fields" : [ ], "name" : "a.b.R", "type" : "record" } """, """{"type":"record","name":"R","namespace":"a.b","fields":[]}""")]
    [InlineData("""{"type":{"type":"int"}}""", "\"int\"")]
    [InlineData("""{"logicalType":"timestamp-millis","type":"long"}""", """{"type":"long","logicalType":"timestamp-millis"}""")]
    [InlineData("""{"default":"A","symbols":["A"],"doc":"d","name":"E","type":"enum","aliases":["F"],"x":1}""",
        """{"type":"enum","name":"E","doc":"d","symbols":["A"],"default":"A","x":1,"aliases":["F"]}""")]
    [InlineData(
        """{"type":"record","name":"R","namespace":"n","fields":[{"order":"ascending","name":"a","type":{"type":"fixed","size":1,"name":"F"}},{"order":"ignore","type":"n.F","name":"b","default":"é"},{"name":"c","type":["null","n.R"]}]}""",
        """{"type":"record","name":"R","namespace":"n","fields":[{"name":"a","type":{"type":"fixed","name":"F","size":1}},{"name":"b","type":"F","default":"é","order":"ignore"},{"name":"c","type":["null","R"]}]}""")]
    public void Equal_schemas_have_one_text(string spelt, string text)
    {
        AvroText.Of(AvroParser.Parse(spelt, checkDefaults: true)).ShouldBe(text);
        AvroText.Of(AvroParser.Parse(text, checkDefaults: true)).ShouldBe(text);
    }
}
