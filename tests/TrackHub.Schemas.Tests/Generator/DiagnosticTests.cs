using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TrackHub.Schemas.Generator;

namespace TrackHub.Schemas.Tests.Generator;

/// <summary>A schema that the generator does not wholly understand breaks the build, at its place.</summary>
public sealed class DiagnosticTests
{
    [Theory]
    [InlineData("TH0001", "{")]
    [InlineData("TH0001", "")]
    [InlineData("TH0001", """{"type":"record","name":"Rec","name":"B","fields":[]}""")]
    [InlineData("TH0001", """{"type":"enum","name":"A","symbols":["a"]} trailing""")]
    [InlineData("TH0002", "\"string\"")]
    [InlineData("TH0002", """{"type":"array","items":"string"}""")]
    [InlineData("TH0002", """{"type":"record","fields":[{"name":"a","type":"int"}]}""")]
    [InlineData("TH0002", """{"type":"record","name":"A B","fields":[{"name":"a","type":"int"}]}""")]
    [InlineData("TH0002", """{"type":"record","name":"Rec"}""")]
    [InlineData("TH0002", """{"type":"record","name":"Rec","fields":[]}""")]
    [InlineData("TH0002", """{"type":"record","name":"Rec","fields":[{"name":"1a","type":"int"}]}""")]
    [InlineData("TH0002", """{"type":"record","name":"Rec","fields":[{"name":"a"}]}""")]
    [InlineData("TH0002", """{"type":"record","name":"Rec","fields":[{"name":"a","type":7}]}""")]
    [InlineData("TH0002", """{"type":"record","name":"Rec","doc":7,"fields":[{"name":"a","type":"int"}]}""")]
    [InlineData("TH0002", """{"type":"enum","name":"A","symbols":["not a name"]}""")]
    [InlineData("TH0003", """{"type":"record","name":"Rec","fields":[{"name":"a","type":"float"}]}""")]
    [InlineData("TH0003", """{"type":"record","name":"Rec","fields":[{"name":"a","type":"null"}]}""")]
    [InlineData("TH0003", """{"type":"record","name":"Rec","fields":[{"name":"a","type":{"type":"map","values":"string"}}]}""")]
    [InlineData("TH0003", """{"type":"record","name":"Rec","fields":[{"name":"a","type":{"type":"fixed","name":"F","size":2}}]}""")]
    [InlineData("TH0003", """{"type":"record","name":"Rec","fields":[{"name":"a","type":["int","string"]}]}""")]
    [InlineData("TH0003", """{"type":"record","name":"Rec","fields":[{"name":"a","type":["null","int","string"]}]}""")]
    [InlineData("TH0003", """{"type":"record","name":"Rec","fields":[{"name":"a","type":{"type":"string","logicalType":"uuid"}}]}""")]
    [InlineData("TH0003", """{"type":"record","name":"Rec","fields":[{"name":"a","type":{"type":"int","logicalType":"timestamp-millis"}}]}""")]
    [InlineData("TH0004", """{"type":"record","name":"Rec","fields":[{"name":"a","type":"Elsewhere"}]}""")]
    [InlineData("TH0004", """{"type":"record","name":"Rec","namespace":"x","fields":[{"name":"a","type":"y.Rec"}]}""")]
    [InlineData("TH0005", """{"type":"record","name":"Rec","fields":[{"name":"a","type":{"type":"enum","name":"Rec","symbols":["a"]}}]}""")]
    [InlineData("TH0006", """{"type":"record","name":"Rec","fields":[{"name":"next","type":["null","Rec"],"default":null}]}""")]
    [InlineData("TH0006", """{"type":"record","name":"Rec","fields":[{"name":"b","type":{"type":"record","name":"Inner","fields":[{"name":"as","type":{"type":"array","items":"Rec"}}]}}]}""")]
    [InlineData("TH0007", """{"type":"record","name":"Rec","fields":[{"name":"a","type":"int","default":"1"}]}""")]
    [InlineData("TH0007", """{"type":"record","name":"Rec","fields":[{"name":"a","type":"int","default":2147483648}]}""")]
    [InlineData("TH0007", """{"type":"record","name":"Rec","fields":[{"name":"a","type":"long","default":1.5}]}""")]
    [InlineData("TH0007", """{"type":"record","name":"Rec","fields":[{"name":"a","type":"string","default":null}]}""")]
    [InlineData("TH0007", """{"type":"record","name":"Rec","fields":[{"name":"a","type":["null","int"],"default":1}]}""")]
    [InlineData("TH0007", """{"type":"record","name":"Rec","fields":[{"name":"a","type":["int","null"],"default":null}]}""")]
    [InlineData("TH0007", """{"type":"record","name":"Rec","fields":[{"name":"a","type":{"type":"array","items":"int"},"default":["x"]}]}""")]
    [InlineData("TH0007", """{"type":"record","name":"Rec","fields":[{"name":"a","type":"bytes","default":"\u0100"}]}""")]
    [InlineData("TH0007", """{"type":"enum","name":"A","symbols":["a"],"default":"b"}""")]
    [InlineData("TH0008", """{"type":"record","name":"Rec","fields":[{"name":"a_b","type":"int"},{"name":"a__b","type":"int"}]}""")]
    [InlineData("TH0008", """{"type":"record","name":"Sale","fields":[{"name":"sale","type":"int"}]}""")]
    [InlineData("TH0008", """{"type":"record","name":"Rec","fields":[{"name":"schema_json","type":"int"}]}""")]
    [InlineData("TH0008", """{"type":"enum","name":"A","symbols":["a_b","aB","ab","a_B"]}""")]
    [InlineData("TH0008", """{"type":"record","name":"Rec","fields":[{"name":"x","type":{"type":"enum","name":"other.Rec","symbols":["a"]}}]}""")]
    public void Schema_is_refused_once_with(string id, string schema)
    {
        var (diagnostics, sources) = Generate(("Bad.avsc", schema));

        diagnostics.Select(static d => (d.Id, d.Severity)).ShouldBe([(id, DiagnosticSeverity.Error)]);
        diagnostics[0].Location.GetLineSpan().Path.ShouldBe("Bad.avsc");
        sources.Where(static s => s is "A.g.cs" or "Rec.g.cs" or "Sale.g.cs").ShouldBeEmpty();
    }

    [Fact]
    public void Diagnostic_points_at_line_and_column_behind_letters_of_several_bytes()
    {
        var (diagnostics, _) = Generate(("Bad.avsc", """
            {
              "type": "record", "name": "Rec", "doc": "ção",
              "fields": [
                { "doc": "ção", "name": "a", "type": "float" }
              ]
            }
            """));

        var start = diagnostics.ShouldHaveSingleItem().Location.GetLineSpan().StartLinePosition;
        (start.Line, start.Character).ShouldBe((3, 41));
    }

    [Fact]
    public void Each_faulty_field_is_reported_in_one_go()
    {
        var (diagnostics, _) = Generate(("Bad.avsc", """
            {"type":"record","name":"Rec","fields":[{"name":"a","type":"float"},{"name":"b","type":"int"},{"name":"c","type":"int","default":"x"}]}
            """));

        diagnostics.Select(static d => d.Id).ShouldBe(["TH0003", "TH0007"]);
    }

    [Fact]
    public void Type_defined_in_two_files_is_refused_in_the_second()
    {
        const string Schema = """{"type":"enum","name":"A","symbols":["a"]}""";

        var (diagnostics, _) = Generate(("1.avsc", Schema), ("2.avsc", Schema));

        var duplicate = diagnostics.ShouldHaveSingleItem();
        duplicate.Id.ShouldBe("TH0005");
        duplicate.Location.GetLineSpan().Path.ShouldBe("2.avsc");
    }

    [Fact]
    public void Good_file_is_generated_beside_a_bad_one()
    {
        var (diagnostics, sources) = Generate(("Bad.avsc", "{"), ("Good.avsc", """{"type":"enum","name":"Good","symbols":["a"]}"""));

        diagnostics.ShouldHaveSingleItem().Id.ShouldBe("TH0001");
        sources.ShouldBe(["Good.g.cs"]);
    }

    [Fact]
    public void Files_that_are_no_schemas_are_left_alone()
    {
        var (diagnostics, sources) = Generate(("BannedSymbols.txt", "{"));

        diagnostics.ShouldBeEmpty();
        sources.ShouldBeEmpty();
    }

    private static (IReadOnlyList<Diagnostic> Diagnostics, IReadOnlyList<string> Sources) Generate(params (string Path, string Text)[] files)
    {
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new AvroGenerator().AsSourceGenerator()],
            [.. files.Select(static file => new SchemaFileText(file.Path, file.Text))]);

        var result = driver.RunGenerators(CSharpCompilation.Create("Any"), CancellationToken.None).GetRunResult();

        result.Results.ShouldAllBe(static r => r.Exception == null);
        return (result.Diagnostics, [.. result.GeneratedTrees.Select(static tree => Path.GetFileName(tree.FilePath))]);
    }
}
