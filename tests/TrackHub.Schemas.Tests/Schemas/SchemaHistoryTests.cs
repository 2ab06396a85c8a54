using System.Reflection;

namespace TrackHub.Schemas.Tests.Schemas;

/// <summary>
/// Records lie in topics for up to 13 months and are read by analysts who do not upgrade first: every version reads every other
/// (FULL_TRANSITIVE), each that was ever committed.
/// </summary>
public sealed class SchemaHistoryTests
{
    /// <summary>The records that have a file of their own.</summary>
    public static TheoryData<string> Records { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(SchemaHistory.Root, "schemas", "avro"), "*.avsc").Select(static f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Records))]
    public void Present_schema_is_the_newest_version(string record)
    {
        var present = SchemaHistory.TextOf(PresentSchemaOf(record));
        var versions = SchemaHistory.VersionsOf(record);

        if (versions.Count == 0 || versions[^1] != present)
            Assert.Fail($"{record}.avsc, or a type it uses, is not its newest stored version. If the change is meant: {SchemaHistory.Offer(record, present)}");
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void Every_version_reads_every_other(string record)
    {
        var versions = SchemaHistory.VersionsOf(record);

        foreach (var (w, written) in versions.Index())
        {
            foreach (var (r, read) in versions.Index())
            {
                var resolution = SchemaResolution.Of(written, read);
                var faults = resolution.Fault is { } fault ? [fault] : resolution.Gaps;

                faults.ShouldBeEmpty($"Version {r + 1} of {record} cannot read what version {w + 1} wrote.");
            }
        }
    }

    [Fact]
    public void Every_committed_schema_is_a_stored_version()
    {
        var commits = CommittedSchemas.Commits();

        commits.ShouldNotBeEmpty();
        foreach (var commit in commits.Reverse())
        {
            var schemas = CommittedSchemas.At(commit).ToList();

            schemas.ShouldNotBeEmpty();
            foreach (var (record, schema) in schemas)
            {
                var text = SchemaHistory.TextOf(schema);
                if (!SchemaHistory.VersionsOf(record).Contains(text))
                    Assert.Fail($"{record} as of commit {commit} is no stored version, but may have been registered. If that is meant: {SchemaHistory.Offer(record, text)}");
            }
        }
    }

    [Fact]
    public void Store_holds_versions_from_one_on_and_nothing_else()
    {
        var expected = Directory.GetDirectories(Path.Combine(SchemaHistory.Root, "schemas", "avro", "history"))
            .Select(static folder => Path.GetFileName(folder))
            .SelectMany(static record => SchemaHistory.VersionsOf(record).Select((_, i) => Path.Combine(record, $"{i + 1}.avsc")));

        SchemaHistory.Files().ShouldBe(expected, ignoreOrder: true);
    }

    [Fact]
    public void Person_sealed_without_a_schema_id_keeps_its_one_version() =>
        SchemaHistory.VersionsOf(nameof(UserData)).Count.ShouldBe(1, "A sealed box does not say which version it holds: give it a schema id before UserData changes.");

    [Fact]
    public void Subjects_follow_the_topic_name_strategy() =>
        Topics.All.ShouldAllBe(static topic => topic.Subject == topic.Name + "-value");

    private static string PresentSchemaOf(string record) => (string)typeof(TrackedEvent).Assembly
        .GetType($"{nameof(TrackHub)}.{nameof(Schemas)}.{record}", throwOnError: true)!
        .GetProperty(nameof(IAvroRecord<>.SchemaJson), BindingFlags.Public | BindingFlags.Static)!
        .GetValue(obj: null)!;
}
