using System.Text.RegularExpressions;

namespace TrackHub.Cli.Tests.Documents;

/// <summary>Calls that pages mention in passing are calls of this command line. (Those in blocks are run, see the end-to-end tests.)</summary>
public sealed partial class CallsInPagesTests
{
    // What stands for a value where the command line takes no word for it.
    private static readonly Dictionary<string, string> Values = new(StringComparer.Ordinal) { ["N"] = "5000", ["S"] = "7", ["ROLE"] = "ingest", ["ROLE…"] = "ingest" };

    public static TheoryData<string, string> Calls()
    {
        var root = Root();
        var calls = new TheoryData<string, string>();
        foreach (var page in Pages(root))
        {
            foreach (var call in Call().Matches(Block().Replace(File.ReadAllText(page), "")).Select(static match => match.Groups["call"].Value).Distinct(StringComparer.Ordinal))
                calls.Add(Path.GetRelativePath(root, page), call);
        }

        return calls;
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void A_call_in_a_page_is_one(string page, string call)
    {
        var words = call.Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal)
            .Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static word => Values.GetValueOrDefault(word, word)).ToList();

        var parsed = TrackHubCommand.Create().Parse(CommandLineConfiguration.Rewrite(words));

        // Named without its verb or its argument: `trackhub topics`, `trackhub explain`.
        parsed.Errors.Select(static error => error.Message).Where(static error => !error.StartsWith("Required", StringComparison.Ordinal))
            .ShouldBeEmpty($"{page}: {call}");
    }

    private static IEnumerable<string> Pages(string root) => Directory.EnumerateFiles(root, "*.md", SearchOption.AllDirectories)
        .Where(path => !Path.GetRelativePath(root, path).Split('/').Any(static part => part is "bin" or "obj" or "node_modules" || part.StartsWith('.')));

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "TrackHub.sln"))) directory = directory.Parent!;
        return directory.FullName;
    }

    [GeneratedRegex("`(\\./)?trackhub (?<call>[a-z][^`]*)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Call();

    [GeneratedRegex("```.*?```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Block();
}
