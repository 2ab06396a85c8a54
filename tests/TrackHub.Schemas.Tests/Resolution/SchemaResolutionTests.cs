using TrackHub.Schemas.Tests.Avro;

namespace TrackHub.Schemas.Tests.Resolution;

/// <summary>The section "Schema Resolution" of the Avro specification, rule by rule, in bytes computed by hand.</summary>
public sealed class SchemaResolutionTests
{
    private const string Number = """{"name":"a","type":"int"}""";
    private const string Text = """{"name":"b","type":"string"}""";
    private const string Flag = """{"name":"c","type":"boolean"}""";

    [Theory]
    [InlineData("\"int\"", "\"long\"", "36", "36")]
    [InlineData("\"int\"", "\"float\"", "36", "00 00 d8 41")]
    [InlineData("\"int\"", "\"double\"", "36", "00 00 00 00 00 00 3b 40")]
    [InlineData("\"long\"", "\"float\"", "36", "00 00 d8 41")]
    [InlineData("\"long\"", "\"double\"", "36", "00 00 00 00 00 00 3b 40")]
    [InlineData("\"float\"", "\"double\"", "00 00 d8 41", "00 00 00 00 00 00 3b 40")]
    [InlineData("\"string\"", "\"bytes\"", "06 66 6f 6f", "06 66 6f 6f")]
    [InlineData("\"bytes\"", "\"string\"", "06 66 6f 6f", "06 66 6f 6f")]
    [InlineData("\"null\"", "\"null\"", "", "")]
    [InlineData("\"boolean\"", "\"boolean\"", "01", "01")]
    public void Primitive_stays_or_is_promoted(string writer, string reader, string written, string read) => Reads(writer, reader, written, read);

    [Theory]
    [InlineData("\"long\"", "\"int\"")]
    [InlineData("\"float\"", "\"long\"")]
    [InlineData("\"double\"", "\"float\"")]
    [InlineData("\"int\"", "\"string\"")]
    [InlineData("\"boolean\"", "\"int\"")]
    [InlineData("\"null\"", "\"int\"")]
    [InlineData("""{"type":"array","items":"int"}""", """{"type":"map","values":"int"}""")]
    [InlineData("""{"type":"array","items":"string"}""", """{"type":"array","items":"int"}""")]
    [InlineData("""{"type":"map","values":"string"}""", """{"type":"map","values":"int"}""")]
    [InlineData("""{"type":"fixed","name":"F","size":2}""", """{"type":"fixed","name":"F","size":3}""")]
    [InlineData("""{"type":"fixed","name":"F","size":2}""", """{"type":"fixed","name":"G","size":2}""")]
    [InlineData("""{"type":"enum","name":"E","symbols":["x"]}""", """{"type":"enum","name":"F","symbols":["x"]}""")]
    [InlineData("""{"type":"enum","name":"E","symbols":["x"]}""", """{"type":"fixed","name":"E","size":1}""")]
    [InlineData("""{"type":"enum","name":"E","symbols":["x"]}""", "\"string\"")]
    [InlineData("""["null","int"]""", "\"string\"")]
    [InlineData("\"int\"", """["null","string"]""")]
    [InlineData("[]", "\"int\"")]
    public void Types_that_do_not_match_are_refused(string writer, string reader)
    {
        var resolution = SchemaResolution.Of(writer, reader);

        resolution.Fault.ShouldNotBeNull();
        resolution.ReadsAll.ShouldBeFalse();
    }

    [Theory]
    [InlineData($"{Number},{Text}", Number, "36 06 66 6f 6f", "36")]                              // removed
    [InlineData($"{Text},{Number}", Number, "06 66 6f 6f 36", "36")]                              // removed, before one that stays
    [InlineData($"{Number},{Text}", $"{Text},{Number}", "36 06 66 6f 6f", "06 66 6f 6f 36")]      // in another order
    [InlineData($"{Number},{Text},{Flag}", $"{Flag},{Text},{Number}", "36 06 66 6f 6f 01", "01 06 66 6f 6f 36")]
    [InlineData($"{Number},{Text},{Flag}", $"{Flag},{Number}", "36 06 66 6f 6f 01", "01 36")]
    [InlineData(Number, Number + """,{"name":"d","type":"string","default":"x"}""", "36", "36 02 78")]   // added
    [InlineData(Number, """{"name":"d","type":["null","int"],"default":null},""" + Number, "36", "00 36")]
    [InlineData(Number, """{"name":"z","aliases":["y","a"],"type":"int"}""", "36", "36")]         // renamed
    [InlineData($"{Number},{Text}", """{"name":"b","type":"string"},{"name":"n","aliases":["b","a"],"type":"long"}""", "36 06 66 6f 6f", "06 66 6f 6f 36")]
    public void Fields_are_matched_by_name_and_the_readers_order_counts(string writer, string reader, string written, string read) =>
        Reads(Resolving.Record(writer), Resolving.Record(reader), written, read);

    [Fact]
    public void Field_without_default_that_was_not_written_is_named()
    {
        var writer = Resolving.Record("""{"name":"inner","type":{"type":"array","items":{"type":"record","name":"S","fields":[{"name":"x","type":"int"}]}}}""");
        var reader = Resolving.Record("""{"name":"inner","type":{"type":"array","items":{"type":"record","name":"S","fields":[{"name":"y","type":"int"}]}}}""");

        SchemaResolution.Of(writer, reader).Fault.ShouldBe("inner[].y: not written, and without a default");
    }

    [Theory]
    [InlineData("\"null\"", "null", "")]
    [InlineData("\"boolean\"", "true", "01")]
    [InlineData("\"int\"", "-1", "01")]
    [InlineData("\"long\"", "64", "80 01")]
    [InlineData("\"float\"", "27", "00 00 d8 41")]
    [InlineData("\"double\"", "27", "00 00 00 00 00 00 3b 40")]
    [InlineData("\"string\"", "\"ü\"", "04 c3 bc")]
    [InlineData("\"bytes\"", "\"\\u00ff\"", "02 ff")]
    [InlineData("""{"type":"fixed","name":"F","size":2}""", "\"a\\u0000\"", "61 00")]
    [InlineData("""{"type":"enum","name":"E","symbols":["x","y"]}""", "\"y\"", "02")]
    [InlineData("""{"type":"array","items":"int"}""", "[3,27]", "04 06 36 00")]
    [InlineData("""{"type":"array","items":"int"}""", "[]", "00")]
    [InlineData("""{"type":"map","values":"int"}""", """{"a":1}""", "02 02 61 02 00")]
    [InlineData("""["null","int"]""", "null", "00")]
    [InlineData("""["null","int"]""", "3", "02 06")]   // since 1.12 any branch
    [InlineData("""{"type":"record","name":"S","fields":[{"name":"x","type":"int","default":2},{"name":"y","type":"int"}]}""", """{"y":1}""", "04 02")]
    public void Default_of_every_type_is_encoded(string type, string value, string read) =>
        Reads(Resolving.Record(""), Resolving.Record($$"""{"name":"d","type":{{type}},"default":{{value}}}"""), "", read);

    [Theory]
    [InlineData("\"int\"", "\"1\"")]
    [InlineData("\"int\"", "2147483648")]
    [InlineData("\"int\"", "1.5")]
    [InlineData("\"string\"", "null")]
    [InlineData("\"bytes\"", "\"\\u0100\"")]
    [InlineData("""{"type":"fixed","name":"F","size":2}""", "\"a\"")]
    [InlineData("""{"type":"enum","name":"E","symbols":["x","y"]}""", "\"z\"")]
    [InlineData("""["null","int"]""", "\"x\"")]
    [InlineData("""{"type":"record","name":"S","fields":[{"name":"y","type":"int"}]}""", "{}")]
    public void Default_of_another_type_is_a_fault(string type, string value) =>
        SchemaResolution.Of(Resolving.Record(""), Resolving.Record($$"""{"name":"d","type":{{type}},"default":{{value}}}"""))
            .Fault.ShouldBe("d: not written, and its default is none of its type");

    [Fact]
    public void Symbols_go_by_their_text_and_unknown_ones_become_the_readers_default()
    {
        const string Writer = """{"type":"enum","name":"E","symbols":["x","y","z"],"default":"x"}""";

        Reads(Writer, """{"type":"enum","name":"E","symbols":["z","y"],"default":"y"}""", "00", "02");
        Reads(Writer, """{"type":"enum","name":"E","symbols":["z","y"],"default":"y"}""", "04", "00");
    }

    [Fact]
    public void Unknown_symbol_without_default_is_refused_when_it_comes_and_not_before()
    {
        var resolution = SchemaResolution.Of(
            Resolving.Record("""{"name":"e","type":{"type":"enum","name":"E","symbols":["x","y"]}}"""),
            Resolving.Record("""{"name":"e","type":{"type":"enum","name":"E","symbols":["y"]}}"""));

        resolution.Fault.ShouldBeNull();
        resolution.ReadsAll.ShouldBeFalse();
        resolution.Turn([2]).ShouldBe([0]);
        Should.Throw<UnreadableValueException>(() => resolution.Turn([0])).Message.ShouldBe(resolution.Gaps.ShouldHaveSingleItem());
        resolution.Gaps[0].ShouldStartWith("e: ");
    }

    [Theory]
    [InlineData("""["null","int"]""", """["null","int"]""", "02 36", "02 36")]
    [InlineData("""["null","int"]""", """["int","null"]""", "02 36", "00 36")]
    [InlineData("""["null","int"]""", """["null","long","string"]""", "02 36", "02 36")]
    [InlineData("""["null","int"]""", """["null","double"]""", "02 36", "02 00 00 00 00 00 00 3b 40")]
    [InlineData("""["int"]""", "\"long\"", "00 36", "36")]
    [InlineData("\"int\"", """["null","int"]""", "36", "02 36")]
    [InlineData("\"int\"", """["string","double","long"]""", "36", "02 00 00 00 00 00 00 3b 40")]   // the first that matches …
    [InlineData("\"int\"", """["string","double","int"]""", "36", "04 36")]                         // … unless one is the very same
    [InlineData("\"string\"", """["null","bytes"]""", "02 61", "02 02 61")]
    public void Union_is_resolved_branch_by_branch(string writer, string reader, string written, string read) => Reads(writer, reader, written, read);

    [Fact]
    public void Branch_without_counterpart_is_refused_when_it_comes_and_not_before()
    {
        var resolution = SchemaResolution.Of("""["null","int","string"]""", """["null","int"]""");

        resolution.Fault.ShouldBeNull();
        resolution.Turn([2, 2]).ShouldBe([2, 2]);
        resolution.Gaps.ShouldHaveSingleItem();
        Should.Throw<UnreadableValueException>(() => resolution.Turn([4, 2, 0x61]));
    }

    [Fact]
    public void Records_of_one_name_in_two_namespaces_stay_apart_in_a_union()
    {
        const string A = """{"type":"record","name":"a.R","fields":[{"name":"x","type":"int"}]}""";
        const string B = """{"type":"record","name":"b.R","fields":[{"name":"x","type":"int"}]}""";

        Reads($"[{A},{B}]", $"[{A},{B}]", "02 36", "02 36");
        Reads($"[{A},{B}]", $"[{B},{A}]", "02 36", "00 36");
    }

    [Theory]
    [InlineData("""{"type":"record","name":"other.R","fields":[{"name":"a","type":"int"}]}""")]
    [InlineData("""{"type":"record","name":"n.Old","fields":[{"name":"a","type":"int"}]}""")]
    public void Named_type_matches_by_short_name_or_alias(string writer) => Reads(
        writer, """{"type":"record","name":"n.R","aliases":["Old"],"fields":[{"name":"a","type":"int"}]}""", "36", "36");

    [Theory]
    [InlineData("""{"type":"array","items":"int"}""", """{"type":"array","items":"double"}""", "02 36 00", "02 00 00 00 00 00 00 3b 40 00")]
    [InlineData("""{"type":"array","items":"int"}""", """{"type":"array","items":["null","int"]}""", "01 02 36 02 02 00", "02 02 36 02 02 02 00")]
    [InlineData("""{"type":"map","values":"int"}""", """{"type":"map","values":"double"}""", "02 02 61 36 00", "02 02 61 00 00 00 00 00 00 3b 40 00")]
    [InlineData("""{"type":"map","values":"int"}""", """{"type":"map","values":"long"}""", "02 02 61 36 00", "02 02 61 36 00")]
    [InlineData("""{"type":"fixed","name":"F","size":2}""", """{"type":"fixed","name":"x.F","size":2}""", "01 02", "01 02")]
    public void Parts_of_arrays_and_maps_are_resolved(string writer, string reader, string written, string read) => Reads(writer, reader, written, read);

    [Theory]
    [InlineData("timestamp-millis", "timestamp-millis", true)]
    [InlineData("timestamp-millis", null, true)]
    [InlineData("timestamp-millis", "ours-alone", true)]
    [InlineData(null, "timestamp-millis", true)]
    [InlineData("timestamp-micros", "timestamp-millis", false)]
    [InlineData("timestamp-millis", "time-micros", false)]
    public void Logical_types_stay_untouched_and_two_that_differ_do_not_match(string? writer, string? reader, bool isReadable)
    {
        var resolution = SchemaResolution.Of(Of(writer), Of(reader));

        resolution.ReadsAll.ShouldBe(isReadable);
        resolution.IsCopy.ShouldBe(isReadable);

        static string Of(string? logical) => logical is null ? "\"long\"" : $$"""{"type":"long","logicalType":"{{logical}}"}""";
    }

    [Theory]
    [InlineData(4, 2, 4, 2, true)]
    [InlineData(4, 2, 4, 0, false)]
    [InlineData(4, 2, 5, 2, false)]
    public void Decimals_match_by_precision_and_scale(int precision, int scale, int readPrecision, int readScale, bool isReadable) =>
        SchemaResolution.Of(
            $$"""{"type":"bytes","logicalType":"decimal","precision":{{precision}},"scale":{{scale}}}""",
            $$"""{"type":"bytes","logicalType":"decimal","precision":{{readPrecision}},"scale":{{readScale}}}""").ReadsAll.ShouldBe(isReadable);

    [Fact]
    public void Recursive_field_that_is_not_read_is_passed_over()
    {
        // A list of three, then the number: 02 goes on, 00 ends.
        var writer = Resolving.Record("""{"name":"list","type":{"type":"record","name":"L","fields":[{"name":"next","type":["null","L"]}]}},""" + Number);

        Reads(writer, Resolving.Record(Number), "02 02 00 36", "36");
    }

    [Fact]
    public void Schemas_that_encode_alike_need_no_turning()
    {
        var ours = Resolving.Record("""{"name":"e","type":{"type":"enum","name":"E","symbols":["x","y"],"default":"x"}},{"name":"u","type":["null","string"],"default":null}""");
        var theirs = """
            { "fields": [ { "type": {"symbols":["x"],"name":"n.E","type":"enum"}, "name": "e", "doc": "d" }, { "name": "u", "type": ["null", {"type":"string"}] } ],
              "name": "n.R", "type": "record" }
            """;

        SchemaResolution.Of(theirs, ours).IsCopy.ShouldBeTrue();
        SchemaResolution.Of(ours, ours).IsCopy.ShouldBeTrue();
        SchemaResolution.Of(theirs, ours).ReadsAll.ShouldBeTrue();
    }

    private static void Reads(string writer, string reader, string written, string read)
    {
        var resolution = SchemaResolution.Of(writer, reader);

        resolution.Fault.ShouldBeNull();
        resolution.ReadsAll.ShouldBeTrue();
        Hex.Text(resolution.Turn(Hex.Bytes(written))).ShouldBe(read);
    }
}
