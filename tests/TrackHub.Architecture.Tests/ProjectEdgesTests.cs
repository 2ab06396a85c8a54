namespace TrackHub.Architecture.Tests;

public sealed class ProjectEdgesTests
{
    [Fact]
    public void Projects_reference_each_other_only_the_way_the_design_allows()
    {
        var projects = Repository.Files.Where(static path => path.EndsWith(".csproj", StringComparison.Ordinal)).ToList();

        var violations = projects.SelectMany(static path =>
        {
            var project = Path.GetFileNameWithoutExtension(path);
            return ProjectEdges.Violations(project, ProjectEdges.Read(project, Repository.Read(path)));
        });

        projects.ShouldContain("deploy/TrackHub.Cli/TrackHub.Cli.csproj");
        violations.ShouldBeEmpty();
    }

    [Fact]
    public void Every_project_with_code_is_in_the_solution()
    {
        var solution = Repository.Read("TrackHub.sln").Replace('\\', '/');

        var forgotten = Repository.Files.Where(path =>
            path.EndsWith(".csproj", StringComparison.Ordinal)
            && !path.StartsWith("deploy/native/", StringComparison.Ordinal)
            && !solution.Contains($"\"{path}\"", StringComparison.Ordinal));

        forgotten.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("TrackHub.Ingest", "TrackHub.Matching")]
    [InlineData("TrackHub.Platform", "TrackHub.Dispatch")]
    [InlineData("TrackHub.Schemas", "TrackHub.Platform")]
    [InlineData("TrackHub.LocalKafka", "TrackHub.Schemas")]
    [InlineData("TrackHub.MetaSim", "TrackHub.Platform")]
    [InlineData("TrackHub.Ledger", "TrackHub.LocalKafka")]
    [InlineData("TrackHub.Cli", "TrackHub.Testing")]
    [InlineData("TrackHub.Testing", "TrackHub.Ingest")]
    [InlineData("TrackHub.Ingest.Tests", "TrackHub.Dispatch")]
    [InlineData("TrackHub.Ingest.Tests", "TrackHub.Platform.Tests")]
    public void An_edge_outside_the_design_is_reported(string from, string to) =>
        ProjectEdges.Violations(from, [new ProjectEdge(from, to)]).ShouldBe([$"{from} may not reference {to}"]);

    [Theory]
    [InlineData("TrackHub.Platform", "TrackHub.Schemas")]
    [InlineData("TrackHub.Console", "TrackHub.Platform")]
    [InlineData("TrackHub.Cli", "TrackHub.MetaSim")]
    [InlineData("TrackHub.Metrics.Tests", "TrackHub.Testing")]
    [InlineData("TrackHub.Integration", "TrackHub.Ledger")]
    public void An_edge_of_the_design_is_not_reported(string from, string to) =>
        ProjectEdges.Violations(from, [new ProjectEdge(from, to)]).ShouldBeEmpty();

    [Fact]
    public void A_project_outside_the_design_is_reported() =>
        ProjectEdges.Violations("TrackHub.Common", []).ShouldBe(["TrackHub.Common is not a project of the design"]);

    [Theory]
    [InlineData("", 1)]
    [InlineData("OutputItemType=\"Analyzer\"", 1)]
    [InlineData("OutputItemType=\"Analyzer\" ReferenceOutputAssembly=\"false\"", 0)]
    public void Schemas_loads_its_generator_as_an_analyzer_only(string attributes, int violations)
    {
        var xml = $"""
            <Project><ItemGroup>
              <ProjectReference Include="$(RepoRoot)schemas\TrackHub.Schemas.Generator\TrackHub.Schemas.Generator.csproj" {attributes} />
            </ItemGroup></Project>
            """;

        ProjectEdges.Violations("TrackHub.Schemas", ProjectEdges.Read("TrackHub.Schemas", xml)).Count().ShouldBe(violations);
    }
}
