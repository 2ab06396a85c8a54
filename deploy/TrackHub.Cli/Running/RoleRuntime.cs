namespace TrackHub.Cli.Running;

/// <summary>
/// Runtime settings of processes that are one role alone. They are read before it begins, so they travel in the environment; the launcher sets the same for
/// <c>run ROLE</c>. What is not named here keeps the runtime's own.
/// </summary>
internal static class RoleRuntime
{
    /// <summary>
    /// Code is compiled without profiles, a tenth of the memory; at most 4 MB (hexadecimal) are allocated between two small collections, where the
    /// runtime would take half the processor's cache: the broker waits more than it computes. Measured in <c>benchmarks/results</c>, broker-profile.md.
    /// </summary>
    private static readonly Dictionary<string, string> Broker = new()
    {
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_GCgen0MaxBudget"] = "400000",
    };

    /// <summary>
    /// Code is compiled without profiles: with them most of what is hot is compiled twice, on the processors that the role and its stores share; a minute after its
    /// start the role takes a fifth less CPU an event. The client's fetched records come from glibc, which keeps a heap for each thread up to eight a core and gives none of them back: resident memory
    /// grew on while what was in use did not. Two heaps cost no CPU time that shows. Measured in <c>benchmarks/results</c>, matching-profile.md.
    /// </summary>
    private static readonly Dictionary<string, string> Matcher = new()
    {
        ["DOTNET_TieredPGO"] = "0",
        ["MALLOC_ARENA_MAX"] = "2",
    };

    /// <summary>Compiled without profiles, as the matcher is. Measured for the dispatcher in <c>benchmarks/results</c>, load-dispatch.md.</summary>
    private static readonly Dictionary<string, string> CompiledOnce = new()
    {
        ["DOTNET_TieredPGO"] = "0",
    };

    /// <summary>
    /// The youngest generation is given 16 MB (hexadecimal) instead of a share of the processor's cache, which was as much memory again as all the rest and saved
    /// nothing. Compiled with profiles, unlike the others: the first seconds cost more, then each click a tenth less. Measured in <c>benchmarks/results</c>, ingress-profile.md.
    /// </summary>
    private static readonly Dictionary<string, string> Ingest = new()
    {
        ["DOTNET_GCgen0size"] = "1000000",
    };

    /// <summary>
    /// Full collections that run beside the aggregation cost a quarter of its CPU, and nobody waits for an answer of this role that a short stop would delay.
    /// Measured in <c>benchmarks/results</c>.
    /// </summary>
    private static readonly Dictionary<string, string> Metrics = new()
    {
        ["DOTNET_gcConcurrent"] = "0",
    };

    /// <summary>Environment variables of a role's process, by name.</summary>
    public static IReadOnlyDictionary<string, string> Of(string role) => role switch
    {
        RoleNames.Broker => Broker,
        RoleNames.Matcher => Matcher,
        RoleNames.Dispatcher or RoleNames.Simulator => CompiledOnce,
        RoleNames.Ingest => Ingest,
        RoleNames.Metrics => Metrics,
        _ => new Dictionary<string, string>(),
    };
}
