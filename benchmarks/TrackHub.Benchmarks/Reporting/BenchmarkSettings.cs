using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace TrackHub.Benchmarks.Reporting;

/// <summary>How operations are measured.</summary>
internal static class BenchmarkSettings
{
    /// <summary>The settings of a run.</summary>
    /// <param name="quick">Few and short iterations.</param>
    public static IConfig Create(bool quick) => ManualConfig.CreateEmpty()
        .AddJob(quick ? Quick() : Full())
        .AddColumnProvider(DefaultColumnProviders.Instance)
        .AddDiagnoser(MemoryDiagnoser.Default)
        .AddLogger(new StreamLogger(new StreamWriter(Console.OpenStandardError()) { AutoFlush = true }))
        .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "trackhub-bench"))
        .WithOptions(ConfigOptions.DisableLogFile);

    // In this process: no project is generated and restored, so that a machine without a feed measures as well. All operations of a
    // comparison share the process, its heap and its tiers of compilation.
    private static Job Quick() => Job.Default.WithToolchain(InProcessEmitToolchain.Instance)
        .WithWarmupCount(6).WithIterationCount(3).WithIterationTime(TimeInterval.FromMilliseconds(50));

    private static Job Full() => Job.Default.WithToolchain(InProcessEmitToolchain.Instance)
        .WithWarmupCount(5).WithIterationCount(15).WithIterationTime(TimeInterval.FromMilliseconds(200));
}
