using System.Text.RegularExpressions;

namespace TrackHub.MetaSim.Tests;

public sealed partial class ReadmeTests(TestSim sim) : IClassFixture<TestSim>
{
    [Fact]
    public async Task Every_example_of_the_readme_is_accepted()
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "README.md"));
        var behaviours = Behaviours().Matches(readme);
        var pages = Pages().Matches(readme);

        behaviours.Count.ShouldBeGreaterThan(8);
        pages.Count.ShouldBeGreaterThan(4);
        foreach (Match example in behaviours)
            (await sim.BehaveAsync(example.Groups["json"].Value)).Status.ShouldBe(201, example.Value);
        foreach (Match example in pages)
        {
            using var response = await sim.Http.GetAsync(new Uri(example.Groups["path"].Value, UriKind.Relative));
            ((int)response.StatusCode).ShouldBe(200, example.Value);
        }
    }

    [GeneratedRegex("""^curl "\$S/_sim/behaviour" -d '(?<json>[^']+)'""", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Behaviours();

    [GeneratedRegex("""^curl "\$S(?<path>/_sim/[^"]+)"\s+#""", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Pages();
}
