using System.Text.RegularExpressions;
using TrackHub.Testing;

namespace TrackHub.EndToEnd;

/// <summary>README.md promises ten minutes; a reader's commands must do what it says.</summary>
[Collection(nameof(OneAtATime))]
public sealed partial class TourTests
{
    // A reader takes seconds between sale and question; the tables have it once it can be explained to the end.
    private const string Reading = "for i in $(seq 100); do ./trackhub explain PPCPMTB00000001 2>/dev/null | grep -q 'delivered' && break; sleep 0.2; done\n";

    [Fact]
    public async Task The_tour_of_the_readme_works_as_it_is_written()
    {
        await using var machine = new Machine();
        (await machine.RunAsync("up", "--detach")).Output.ShouldStartWith("TrackHub is ready");

        var tour = await machine.ScriptAsync(Script(machine.PortBase));

        tour.Code.ShouldBe(0, tour.All);
        tour.Output.ShouldContain("\"topic\":\"track-events\"", customMessage: tour.All);
        tour.Output.ShouldContain("\"topic\":\"ingest-events\"");
        tour.Output.ShouldContain("/perfectpay/PPCPMTB00000001 {");
        tour.Output.ShouldContain("\"stage\":\"deterministic\"");
        tour.Output.ShouldContain("Sale PPCPMTB00000001 of perfectpay, brand loja");
        tour.Output.ShouldContain("Meta answered 200");
        tour.Output.ShouldContain("\"event_name\":\"Purchase\"");
        tour.Output.ShouldContain("topic \"conversions\" with 12 partitions");
        tour.Error.ShouldContain("Switch off perfectpay's own Meta pixel Purchase");
        machine.Processes.ShouldBeEmpty();
    }

    /// <summary>The commands of the section, on this machine's ports, as one script.</summary>
    private static string Script(int portBase)
    {
        var readme = File.ReadAllText(Path.Combine(Machine.Root, "README.md"));
        var section = readme[readme.IndexOf("## Ten minutes", StringComparison.Ordinal)..];
        section = section[..section.IndexOf("\n## ", 3, StringComparison.Ordinal)];
        var blocks = Blocks().Matches(section).Select(static match => match.Groups["code"].Value).ToList();
        blocks.Count.ShouldBeGreaterThan(3);

        var script = string.Join("", blocks.SkipLast(1)) + Reading + blocks[^1];
        return "set -euo pipefail\n" + Ports().Replace(script, match => $"localhost:{portBase + int.Parse(match.Groups["plus"].Value)}");
    }

    [GeneratedRegex("```bash\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Blocks();

    [GeneratedRegex("localhost:84(?<plus>[0-9]{2})", RegexOptions.ExplicitCapture)]
    private static partial Regex Ports();
}

/// <summary>Whole systems share the machine with nobody.</summary>
[CollectionDefinition(nameof(OneAtATime), DisableParallelization = true)]
public sealed class OneAtATime;
