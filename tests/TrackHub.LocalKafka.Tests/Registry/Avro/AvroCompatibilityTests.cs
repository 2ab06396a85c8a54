using TrackHub.LocalKafka.Registry;
using TrackHub.LocalKafka.Registry.Avro;

namespace TrackHub.LocalKafka.Tests.Registry.Avro;

/// <summary>Reader and writer pairs; the cases are those of Avro's "Schema Resolution" and of the tests of its Java library (TestSchemaCompatibility).</summary>
public sealed class AvroCompatibilityTests
{
    [Theory]
    [InlineData("\"int\"", "\"int\"")]
    [InlineData("\"long\"", "\"int\"")]
    [InlineData("\"float\"", "\"int\"")]
    [InlineData("\"float\"", "\"long\"")]
    [InlineData("\"double\"", "\"int\"")]
    [InlineData("\"double\"", "\"long\"")]
    [InlineData("\"double\"", "\"float\"")]
    [InlineData("\"bytes\"", "\"string\"")]
    [InlineData("\"string\"", "\"bytes\"")]
    [InlineData("""{"type":"long","logicalType":"timestamp-millis"}""", "\"long\"")]
    [InlineData("""{"type":"array","items":"long"}""", """{"type":"array","items":"int"}""")]
    [InlineData("""{"type":"map","values":"string"}""", """{"type":"map","values":"bytes"}""")]
    [InlineData("""["null","long"]""", "\"int\"")]
    [InlineData("\"long\"", """["int"]""")]
    [InlineData("""["null","string"]""", """["string","null"]""")]
    [InlineData("""{"type":"fixed","name":"a.F","size":2}""", """{"type":"fixed","name":"b.F","size":2}""")]
    [InlineData("""{"type":"fixed","name":"G","aliases":["F"],"size":2}""", """{"type":"fixed","name":"F","size":2}""")]
    [InlineData("""{"type":"enum","name":"E","symbols":["A","B"]}""", """{"type":"enum","name":"E","symbols":["B"]}""")]
    [InlineData("""{"type":"enum","name":"E","symbols":["A"],"default":"A"}""", """{"type":"enum","name":"E","symbols":["A","B"]}""")]
    [InlineData("""{"type":"record","name":"R","fields":[]}""", """{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}""")]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"b","aliases":["a"],"type":"long"}]}""", """{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}""")]
    [InlineData(
        """{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"next","type":["null","R"],"default":null}]}""",
        """{"type":"record","name":"R","fields":[{"name":"next","type":["null","R"]},{"name":"a","type":"int"}]}""")]
    public void A_reader_reads_what_this_writer_wrote(string reader, string writer) => Check(reader, writer).ShouldBeEmpty();

    [Theory]
    [InlineData("\"int\"", "\"long\"", "TYPE_MISMATCH /")]
    [InlineData("\"long\"", "\"double\"", "TYPE_MISMATCH /")]
    [InlineData("\"string\"", "\"int\"", "TYPE_MISMATCH /")]
    [InlineData("""{"type":"array","items":"int"}""", """{"type":"array","items":"string"}""", "TYPE_MISMATCH /items")]
    [InlineData("""{"type":"map","values":"int"}""", """{"type":"map","values":"string"}""", "TYPE_MISMATCH /values")]
    [InlineData("""{"type":"array","items":"int"}""", """{"type":"map","values":"int"}""", "TYPE_MISMATCH /")]
    [InlineData("\"int\"", """["null","int"]""", "TYPE_MISMATCH /0")]
    [InlineData("""["null","int"]""", "\"string\"", "MISSING_UNION_BRANCH /")]
    [InlineData("""["null","int"]""", """["null","string"]""", "MISSING_UNION_BRANCH /1")]
    [InlineData("""{"type":"fixed","name":"F","size":2}""", """{"type":"fixed","name":"F","size":3}""", "FIXED_SIZE_MISMATCH /size")]
    [InlineData("""{"type":"fixed","name":"F","size":2}""", """{"type":"fixed","name":"G","size":2}""", "NAME_MISMATCH /name")]
    [InlineData("""{"type":"enum","name":"E","symbols":["A"]}""", """{"type":"enum","name":"E","symbols":["A","B"]}""", "MISSING_ENUM_SYMBOLS /symbols")]
    [InlineData(
        """{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"int"}]}""",
        """{"type":"record","name":"R","fields":[{"name":"a","type":"string"}]}""",
        "TYPE_MISMATCH /fields/0/type|READER_FIELD_MISSING_DEFAULT_VALUE /fields/1")]
    [InlineData(
        """{"type":"record","name":"R","fields":[{"name":"next","type":["null","R"]},{"name":"a","type":"int"}]}""",
        """{"type":"record","name":"R","fields":[{"name":"next","type":["null","R"]},{"name":"a","type":"long"}]}""",
        "TYPE_MISMATCH /fields/1/type")]
    public void What_a_reader_cannot_read_is_named_with_its_place(string reader, string writer, string faults) =>
        string.Join('|', Check(reader, writer).Select(static fault => $"{fault.Kind} {fault.Path}")).ShouldBe(faults);

    [Fact]
    public void Types_that_hold_each_other_too_deeply_to_compare_are_refused()
    {
        // Each holds the one before, none is nested in the text, and the comparison meets the last one first.
        const int depth = 10_000;
        var types = string.Join(',', Enumerable.Range(1, depth).Select(static n => $$"""{"type":"record","name":"R{{n}}","fields":[{"name":"f","type":"R{{n - 1}}"}]}"""));

        Should.Throw<RegistryException>(() => Check(Holding("a"), Holding("b"))).Code.ShouldBe(42201);

        string Holding(string all) =>
            $$"""
            {"type":"record","name":"H","fields":[
              {"name":"{{all}}","type":["null",{"type":"record","name":"R0","fields":[]},{{types}}],"default":null}, {"name":"last","type":"R{{depth}}"}]}
            """;
    }

    [Fact]
    public void Unions_too_large_to_compare_are_refused()
    {
        var union = $"[{string.Join(',', Enumerable.Range(0, 2_000).Select(static n => $$"""{"type":"fixed","name":"F{{n}}","size":1}"""))}]";

        Should.Throw<RegistryException>(() => Check(union, union)).Code.ShouldBe(42201);
    }

    private static IReadOnlyList<Incompatibility> Check(string reader, string writer) =>
        AvroCompatibility.Check(AvroParser.Parse(reader, checkDefaults: true), AvroParser.Parse(writer, checkDefaults: true));
}
