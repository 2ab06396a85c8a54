using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;

namespace TrackHub.Cli.Testing;

/// <summary>Where measurements are committed: <c>benchmarks/results/MACHINE</c>, a machine named by what matters and nothing that identifies it.</summary>
internal static class SavedResults
{
    /// <summary>This machine, for instance <c>linux-x64-2core</c>.</summary>
    public static string Machine { get; } = string.Create(
        CultureInfo.InvariantCulture, $"linux-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}-{Environment.ProcessorCount}core");

    /// <summary>The option that asks for them.</summary>
    /// <param name="files">Files that are written.</param>
    public static Option<bool> Option(string files) => new("--save") { Description = $"Also writes {files} into benchmarks/results/{Machine}." };

    /// <summary>The directory.</summary>
    public static string Directory() => Path.Combine(Clone.Root(), "benchmarks", "results", Machine);
}
