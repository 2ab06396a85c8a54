using System.Globalization;
using System.Text.RegularExpressions;
using TrackHub.Testing;

namespace TrackHub.EndToEnd;

/// <summary>A reader's commands must do what the page says: every block of commands in every page runs as it is written, on one machine.</summary>
[Collection(nameof(OneAtATime))]
public sealed partial class DocumentedCommandsTests
{
    private const string Tour = "README.md";

    // In this order, on one machine: the guides go on where the tour ended.
    private static readonly string[] Operating = [Tour, "docs/analysts.md", "docs/operators.md", "docs/replay.md"];
    private static readonly string[] Building = [Tour, "docs/own-integrations.md", "docs/quality.md", "deploy/TrackHub.MetaSim/README.md", "benchmarks/README.md"];

    // Lines that are not for the script, and the test that runs them.
    private static readonly Dictionary<string, string> RunElsewhere = new(StringComparer.Ordinal)
    {
        ["./trackhub up"] = nameof(LifeTests),
        ["./trackhub demo"] = nameof(LifeTests),
        ["./trackhub test"] = "this very run",
        ["./trackhub down"] = "the last step below",
    };

    // A reader takes seconds between sale and question; the tables have it once it can be explained to the end.
    private const string Reading = "for i in $(seq 100); do ./trackhub explain PPCPMTB00000001 2>/dev/null | grep -q 'delivered' && break; sleep 0.2; done\n";

    [Fact]
    public void Every_page_with_commands_is_run() =>
        Directory.EnumerateFiles(Machine.Root, "*.md", SearchOption.AllDirectories)
            .Select(static path => Path.GetRelativePath(Machine.Root, path))
            .Where(static path => !path.Split('/').Any(static part => part is "bin" or "obj" or "node_modules" || part.StartsWith('.')))
            .Where(static path => Blocks().IsMatch(File.ReadAllText(Path.Combine(Machine.Root, path))))
            .Order(StringComparer.Ordinal)
            .ShouldBe(Operating.Union(Building).Order(StringComparer.Ordinal));

    [Fact]
    public Task The_commands_of_the_tour_and_of_who_operates_work_as_they_are_written() => RunAsync(Operating);

    [Fact]
    public Task The_commands_of_the_tour_and_of_who_builds_on_it_work_as_they_are_written() => RunAsync(Building);

    private static async Task RunAsync(string[] pages)
    {
        await using var machine = new Machine();
        (await machine.RunAsync("up", "--detach")).Output.ShouldStartWith("TrackHub is ready");

        foreach (var page in pages)
        {
            var ran = await machine.ScriptAsync(Script(page, machine.PortBase));

            ran.Code.ShouldBe(0, $"{page}: {ran.All}");
            foreach (var said in Says(page)) (ran.Output + ran.Error).ShouldContain(said, customMessage: $"{page}: {ran.All}");
        }

        (await machine.RunAsync("down")).Code.ShouldBe(0);
        machine.Processes.ShouldBeEmpty();
    }

    /// <summary>What a reader of the page is promised to see.</summary>
    private static string[] Says(string page) => page switch
    {
        Tour =>
        [
            "\"topic\":\"track-events\"", "\"topic\":\"ingest-events\"", "/perfectpay/PPCPMTB00000001 {", "\"stage\":\"deterministic\"",
            "Sale PPCPMTB00000001 of perfectpay, brand loja", "Meta answered 200", "\"event_name\":\"Purchase\"", "topic \"conversions\" with 12 partitions",
            "Switch off perfectpay's own Meta pixel Purchase",
            "/t.js\" data-key=\"thw_", "integrity=\"sha384-",
        ],
        "docs/analysts.md" => ["/perfectpay/PPCPMTB00000001 revision record", "\"sale_id\":\"PPCPMTB00000001\"", "\"sale_id\": \"PPCPMTB00000001\"", "meta", "197"],
        "docs/operators.md" => [" 0 fault(s)", "balanced", "\"ready\":true", "# TYPE ", "The database is up to date.", "Dry run: nothing was changed.", "Done: the ledger's tables say what the log says.", "decided again; nothing was sent or changed."],
        "docs/replay.md" => ["skipped_delivered", "nothing was sent or changed", "is live (stable", "refused while the dispatcher runs"],
        "docs/own-integrations.md" => ["\"topic\":\"ingest-events\""],
        "benchmarks/README.md" => ["Encode(TrackedEvent).Avro", "p99.9"],
        _ => [],
    };

    /// <summary>The commands of a page, on this machine's ports, as one script that ends at the first that fails.</summary>
    private static string Script(string page, int portBase)
    {
        var blocks = Blocks().Matches(File.ReadAllText(Path.Combine(Machine.Root, page)))
            .Select(static match => string.Join('\n', match.Groups["code"].Value.Split('\n').Where(static line => !IsRunElsewhere(line)))).ToList();
        if (page == Tour) blocks.Insert(blocks.Count - 1, Reading);
        // Debian's python3 first: the packages that pages name are its own. DuckDB's engine stands in for its command line, which no feed has.
        var script = $"set -euo pipefail\nPATH=/usr/bin:$PATH:{Machine.Root}/tests/TrackHub.EndToEnd/peers\n" + string.Join('\n', blocks);
        return Ports().Replace(script, match => match.Groups["host"].Value + (portBase + int.Parse(match.Groups["plus"].Value, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture));
    }

    private static bool IsRunElsewhere(string line) => RunElsewhere.ContainsKey(line.Split('#')[0].TrimEnd());

    [GeneratedRegex("```(bash|sh)\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Blocks();

    [GeneratedRegex("(?<host>(localhost|127\\.0\\.0\\.1):)84(?<plus>[0-9]{2})", RegexOptions.ExplicitCapture)]
    private static partial Regex Ports();
}

/// <summary>Whole systems that keep a machine busy do not share it with one another.</summary>
[CollectionDefinition(nameof(OneAtATime))]
public sealed class OneAtATime;
