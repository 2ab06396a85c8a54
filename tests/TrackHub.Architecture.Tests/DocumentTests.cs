using System.Text.Json;
using System.Text.RegularExpressions;

namespace TrackHub.Architecture.Tests;

public sealed partial class DocumentTests
{
    [Fact]
    public void The_schema_document_names_every_table()
    {
        var document = Repository.Read("docs/schema.md");
        var tables = Repository.Files.Where(static path => path.StartsWith("schemas/sql/", StringComparison.Ordinal))
            .SelectMany(static path => CreateTable().Matches(Repository.Read(path)).Select(static match => match.Groups["name"].Value))
            .ToList();

        tables.Count.ShouldBeGreaterThan(20);
        tables.Where(table => !document.Contains($"`{table}`", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void The_schema_document_names_every_topic()
    {
        var document = Repository.Read("docs/schema.md");
        var topics = TopicName().Matches(Repository.Read("schemas/TrackHub.Schemas/Topics/Topics.cs")).Select(static match => match.Groups["name"].Value).ToList();

        topics.Count.ShouldBeGreaterThan(12);
        topics.Where(topic => !document.Contains($"`{topic}", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void The_architecture_document_names_files_that_exist()
    {
        var named = SourceFile().Matches(Repository.Read("docs/architecture.md")).Select(static match => match.Groups["name"].Value).Distinct().ToList();

        named.Count.ShouldBeGreaterThan(20);
        named.Where(static file => !Repository.Files.Any(path => path == file || path.EndsWith("/" + file, StringComparison.Ordinal))).ShouldBeEmpty();
    }

    [Fact]
    public void The_analysts_guide_names_every_field_of_a_conversion_and_no_other()
    {
        var guide = Repository.Read("docs/analysts.md");
        var table = guide[guide.IndexOf("## Field by field", StringComparison.Ordinal)..guide.IndexOf("## What else", StringComparison.Ordinal)];
        using var schema = JsonDocument.Parse(Repository.Read("schemas/avro/Conversion.avsc"));
        var fields = schema.RootElement.GetProperty("fields").EnumerateArray().Select(static field => field.GetProperty("name").GetString()!).ToList();

        var named = table.Split('\n').Where(static line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(static line => FieldName().Matches(line.Split('|')[1]).Select(static match => match.Groups["name"].Value));

        named.Order(StringComparer.Ordinal).ShouldBe(fields.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("`(?<name>[a-z_]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FieldName();

    [GeneratedRegex(@"^create table (?<name>\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CreateTable();

    [GeneratedRegex("""(Of|Compacted|Delayed)<\w+>\(\$?"(?<name>[a-z0-9-]+)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TopicName();

    [GeneratedRegex(@"`(?<name>[\w/.]+\.cs)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SourceFile();
}
