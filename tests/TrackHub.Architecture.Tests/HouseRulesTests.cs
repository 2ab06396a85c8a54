namespace TrackHub.Architecture.Tests;

public sealed class HouseRulesTests
{
    [Fact]
    public void No_source_file_is_longer_than_the_limit()
    {
        var sources = Repository.Files.Where(static path => path.EndsWith(".cs", StringComparison.Ordinal)).ToList();

        var tooLong = sources.Select(static path => HouseRules.TooLong(path, Repository.Read(path))).OfType<string>();

        sources.ShouldNotBeEmpty();
        tooLong.ShouldBeEmpty();
    }

    [Fact]
    public void Unsafe_code_is_where_the_native_library_is_bound_and_nowhere_else() =>
        Repository.Files.Where(static path => path.EndsWith(".cs", StringComparison.Ordinal)).Select(static path => HouseRules.UnsafeCode(path, Repository.Read(path))).OfType<string>().ShouldBeEmpty();

    [Theory]
    [InlineData("platform/TrackHub.Platform/Streams/Native/A.cs", "internal static unsafe class A", false)]
    [InlineData("platform/TrackHub.Platform/Streams/A.cs", "internal static unsafe class A", true)]
    [InlineData("ingest/A.cs", "    unsafe\n    {", true)]
    [InlineData("ingest/A.cs", "// What is unsafe to do. UnsafeQueue();", false)]
    public void Unsafe_code_elsewhere_is_reported(string path, string text, bool reported) => (HouseRules.UnsafeCode(path, text) is not null).ShouldBe(reported);

    [Fact]
    public void Every_top_folder_has_a_readme() =>
        HouseRules.FoldersWithoutReadme(Repository.Files.ToHashSet(StringComparer.Ordinal)).ShouldBeEmpty();

    [Fact]
    public void No_file_is_a_secret_or_a_binary() => Repository.Files.Select(HouseRules.ForbiddenName).OfType<string>().ShouldBeEmpty();

    [Fact]
    public void No_file_names_a_registry_or_holds_a_key() =>
        Repository.Files.SelectMany(static path => HouseRules.ForbiddenText(path, Repository.Read(path))).ShouldBeEmpty();

    [Theory]
    [InlineData(HouseRules.MaxLines, true, false)]
    [InlineData(HouseRules.MaxLines, false, false)]
    [InlineData(HouseRules.MaxLines + 1, true, true)]
    [InlineData(HouseRules.MaxLines + 1, false, true)]
    public void A_file_is_too_long_from_the_line_past_the_limit(int lines, bool lastLineEnds, bool tooLong)
    {
        var text = string.Join('\n', Enumerable.Repeat("x", lines)) + (lastLineEnds ? "\n" : "");

        (HouseRules.TooLong("a.cs", text) is not null).ShouldBe(tooLong);
    }

    [Fact]
    public void A_top_folder_without_a_readme_is_reported() =>
        HouseRules.FoldersWithoutReadme(["a/README.md", "a/x.cs", "b/README.txt", "b/c/README.md", ".ci/run", "README.md"]).ShouldBe(["b"]);

    [Theory]
    [InlineData(".env", true)]
    [InlineData("deploy/compose/.env", true)]
    [InlineData("deploy/tls.key", true)]
    [InlineData("deploy/librdkafka.SO", true)]
    [InlineData(".env.example", false)]
    [InlineData("platform/KeyTests.cs", false)]
    public void A_name_that_does_not_belong_here_is_reported(string path, bool forbidden) =>
        (HouseRules.ForbiddenName(path) is not null).ShouldBe(forbidden);

    [Theory]
    [InlineData("https://api.NuGet", ".org/v3", 1)]
    [InlineData("-----BEGIN RSA PRIVATE", " KEY-----", 1)]
    [InlineData("-----BEGIN PRIVATE", " KEY-----", 1)]
    [InlineData("-----BEGIN PUBLIC", " KEY-----", 0)]
    [InlineData("https://shop.example", ".org", 0)]
    public void A_forbidden_text_is_reported(string start, string end, int faults) =>
        HouseRules.ForbiddenText("a.md", $"see {start}{end} there").Count().ShouldBe(faults);
}
