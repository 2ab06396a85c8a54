using System.Xml.Linq;

namespace TrackHub.Architecture.Tests;

/// <summary>A reference from one project to another; <see cref="AnalyzerOnly"/> when only the compiler loads it.</summary>
internal sealed record ProjectEdge(string From, string To, bool AnalyzerOnly = false);

/// <summary>
/// The one way dependencies run: Schemas ← Platform ← roles ← Cli. Roles meet in topics, keys and tables, never in code; LocalKafka
/// and MetaSim are reached over the wire. An edge more is a decision: it changes this file and is recorded with its reason.
/// </summary>
internal static class ProjectEdges
{
    private const string Generator = "TrackHub.Schemas.Generator";
    private const string Testing = "TrackHub.Testing";

    private static readonly string[] Base = ["TrackHub.Schemas", "TrackHub.Platform"];
    private static readonly string[] Roles =
        ["TrackHub.Ingest", "TrackHub.Matching", "TrackHub.Metrics", "TrackHub.Ledger", "TrackHub.Dispatch", "TrackHub.Console"];
    private static readonly string[] StandIns = ["TrackHub.LocalKafka", "TrackHub.MetaSim"];
    private static readonly string[] Production = [.. Base, .. Roles, .. StandIns, "TrackHub.Cli"];

    /// <summary>Every project there may be, and the projects it may reference.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        [Generator] = [],
        ["TrackHub.Schemas"] = [Generator],
        ["TrackHub.Platform"] = ["TrackHub.Schemas"],
        ["TrackHub.LocalKafka"] = [],
        ["TrackHub.MetaSim"] = [],
        ["TrackHub.Cli"] = [.. Base, .. Roles, .. StandIns],
        [Testing] = [.. Base, "TrackHub.LocalKafka"],
        ["TrackHub.Architecture.Tests"] = [],
        ["TrackHub.Schemas.Tests"] = ["TrackHub.Schemas", Generator, Testing],
        ["TrackHub.Integration"] = [.. Production, Testing],
        ["TrackHub.Interop"] = [.. Production, Testing],
        ["TrackHub.Browser"] = [.. Production, Testing],
        ["TrackHub.EndToEnd"] = [.. Production, Testing],
        ["TrackHub.Faults"] = [.. Production, Testing],
        ["TrackHub.LocalKafka.Faults"] = ["TrackHub.LocalKafka", Testing],
        ["TrackHub.Dispatch.Faults"] = ["TrackHub.Platform", "TrackHub.MetaSim", Testing],   // the dispatcher's sources are compiled in, with fail points
        ["TrackHub.Benchmarks"] = Production,
        ["TrackHub.Load"] = Production,
        // What they measure by is tested, and what they measure is gated, like production code.
        ["TrackHub.Benchmarks.Tests"] = ["TrackHub.Benchmarks"],
        ["TrackHub.Load.Tests"] = ["TrackHub.Load", Testing],
        // Not code: deploy/native probes the feeds and packs the native Kafka client with them.
        ["Probe"] = [],
        ["Package"] = [],
    };

    /// <summary>Reads the project references of a .csproj file.</summary>
    public static IEnumerable<ProjectEdge> Read(string project, string xml) =>
        XDocument.Parse(xml).Descendants("ProjectReference").Select(reference => new ProjectEdge(
            project,
            Path.GetFileNameWithoutExtension(((string?)reference.Attribute("Include") ?? "").Replace('\\', '/')),
            (string?)reference.Attribute("OutputItemType") == "Analyzer" && (string?)reference.Attribute("ReferenceOutputAssembly") == "false"));

    /// <summary>Says what of a project and its edges this file does not allow, one sentence each.</summary>
    public static IEnumerable<string> Violations(string project, IEnumerable<ProjectEdge> edges)
    {
        if (AllowedFor(project) is not { } allowed)
        {
            yield return $"{project} is not a project of the design";
            yield break;
        }

        foreach (var edge in edges)
        {
            if (!allowed.Contains(edge.To, StringComparer.Ordinal))
                yield return $"{project} may not reference {edge.To}";
            else if (edge.To == Generator && Production.Contains(project, StringComparer.Ordinal) && !edge.AnalyzerOnly)
                yield return $"{project} may reference {edge.To} as an analyzer only";
        }
    }

    private static string[]? AllowedFor(string project)
    {
        if (Allowed.TryGetValue(project, out var allowed))
            return allowed;
        if (Roles.Contains(project, StringComparer.Ordinal))
            return Base;

        var tested = project.EndsWith(".Tests", StringComparison.Ordinal) ? project[..^".Tests".Length] : "";
        return Production.Contains(tested, StringComparer.Ordinal) ? [tested, Testing] : null;
    }
}
