namespace TrackHub.Cli.Running;

/// <summary>
/// Runtime settings of a process that is the broker alone: small, for it waits more than it computes. They are read before it begins, so
/// they travel in the environment; the launcher sets the same for <c>run broker</c>. The other roles keep the runtime's own, made for speed.
/// </summary>
internal static class BrokerRuntime
{
    /// <summary>
    /// Code is compiled without profiles, a tenth of the memory; at most 4 MB (hexadecimal) are allocated between two small collections, where the
    /// runtime would take half the processor's cache. Measured in <c>benchmarks/results</c>, broker-profile.md.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Variables { get; } = new Dictionary<string, string>
    {
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_GCgen0MaxBudget"] = "400000",
    };
}
