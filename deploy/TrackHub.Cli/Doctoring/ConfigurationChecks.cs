using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TrackHub.Cli.Running;
using TrackHub.Cli.Supervising;
using TrackHub.Platform.Hosting;

namespace TrackHub.Cli.Doctoring;

/// <summary>The settings: every role's options as they would be read at its start, and variables that nothing reads.</summary>
internal static partial class ConfigurationChecks
{
    private const string Prefix = "TRACKHUB_";

    private static readonly string[] Documented = ReadExample();

    /// <summary>Looks at the settings.</summary>
    public static IEnumerable<Finding> Examine(MachineData data, SystemConfiguration configuration, IReadOnlyList<string> configured)
    {
        var builder = RoleHost.CreateBuilder(new() { Roles = ["doctor"], AdminPort = 0, Arguments = [.. configured.Select(static pair => "--" + pair)] });
        configuration.AddMachineTo(builder.Configuration);
        foreach (var role in RoleNames.All.Except([RoleNames.Broker, RoleNames.Simulator])) Roles.Add(builder, role);

        var faults = Faults(builder.Build());
        if (faults.Count == 0) yield return Finding.Ok("configuration: settings", "every role's are valid");
        foreach (var fault in faults) yield return new("configuration: settings", Verdict.Fault, fault, "correct it; .env.example says what each setting takes");

        foreach (var finding in Unknown(Environment.GetEnvironmentVariables().Keys.Cast<string>())) yield return finding;
        if (data.MasterKey is not null) yield return KeyFile(Path.Combine(data.Root, "master.key"));
    }

    /// <summary>Variables of our prefix that no setting has: a misspelt one changes nothing and says nothing.</summary>
    internal static IEnumerable<Finding> Unknown(IEnumerable<string> variables)
    {
        var unknown = variables.Where(static name => name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && !Documented.Any(known => Fits(known, name)))
            .Order(StringComparer.Ordinal).ToList();
        if (unknown.Count == 0) yield return Finding.Ok("configuration: variables", $"every {Prefix}… is one that is read");
        foreach (var name in unknown)
            yield return new("configuration: variables", Verdict.Warning, $"{name} is read by nothing", $"did you mean {Nearest(name)}? .env.example lists all");
    }

    private static bool Fits(string known, string name) => known.EndsWith("__name", StringComparison.Ordinal)
        ? name.StartsWith(known[..^"name".Length], StringComparison.OrdinalIgnoreCase)
        : string.Equals(known, name, StringComparison.OrdinalIgnoreCase);

    private static string Nearest(string name) => Documented.MinBy(known => Distance(known.ToUpperInvariant(), name.ToUpperInvariant()))!;

    /// <summary>Levenshtein's distance.</summary>
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var substituted = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }

    private static Finding KeyFile(string path)
    {
        var ours = (File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) == UnixFileMode.None;
        return Finding.Expect(ours, "configuration: master key", $"{path} may be read by {(ours ? "its owner only" : "others")}", Verdict.Fault, $"chmod 600 {path}");
    }

    private static List<string> Faults(Microsoft.AspNetCore.Builder.WebApplication app)
    {
        try
        {
            app.Services.GetService<IStartupValidator>()?.Validate();
            return [];
        }
        catch (Exception failure) when (Failures.Faults(failure) is { Count: > 0 } faults)
        {
            return [.. faults.Distinct(StringComparer.Ordinal)];
        }
    }

    private static string[] ReadExample()
    {
        using var reader = new StreamReader(typeof(ConfigurationChecks).Assembly.GetManifestResourceStream(".env.example")!);
        return [.. Line().Matches(reader.ReadToEnd()).Select(static match => match.Groups["key"].Value)];
    }

    [GeneratedRegex("^#?(?<key>TRACKHUB_[A-Za-z_0-9]+)=", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Line();
}
