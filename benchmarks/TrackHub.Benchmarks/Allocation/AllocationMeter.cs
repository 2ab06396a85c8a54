using System.Linq.Expressions;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;

namespace TrackHub.Benchmarks.Allocation;

/// <summary>Counts what one operation allocates, without BenchmarkDotNet's iterations: bytes repeat where times do not, so few calls do.</summary>
internal static class AllocationMeter
{
    private const int WarmUpCalls = 20;   // fills pools and caches
    private const int Rounds = 5;
    private const int CallsPerRound = 20;

    // A process allocates for itself as well, timers and the like, the more the slower the machine: many short rounds, so that one is without it. And its
    // asynchronous code allocates more until it is compiled for good.
    private const int ProcessWarmUpCalls = 1_000;
    private const int ProcessRounds = 25;
    private const int ProcessCallsPerRound = 40;

    /// <summary>Every operation of ours, by name: the same classes, methods and arguments that the benchmarks run.</summary>
    public static IReadOnlyDictionary<string, BenchmarkCase> Gated { get; } = Operations.Holding("", ManualConfig.CreateEmpty())
        .SelectMany(static group => group.BenchmarksCases)
        .Where(static benchmark => !benchmark.Descriptor.HasCategory(Operations.Yardstick))
        .ToDictionary(Operations.NameOf, StringComparer.Ordinal);

    /// <summary>Bytes that one call allocates on its thread, the least of several rounds: a round in which a pool had to grow does not count.</summary>
    public static long BytesPerCall(BenchmarkCase benchmark)
    {
        var instance = Activator.CreateInstance(benchmark.Descriptor.Type)!;
        foreach (var argument in benchmark.Parameters.Items)
            benchmark.Descriptor.Type.GetProperty(argument.Name)!.SetValue(instance, argument.Value);
        benchmark.Descriptor.GlobalSetupMethod?.Invoke(instance, null);

        // Compiled, for reflection would box results.
        var call = Expression.Lambda<Action>(Expression.Call(Expression.Constant(instance), benchmark.Descriptor.WorkloadMethod)).Compile();
        Allocated(call, WarmUpCalls);
        return Enumerable.Range(0, Rounds).Min(_ => Allocated(call, CallsPerRound)) / CallsPerRound;
    }

    /// <summary>Bytes that one call allocates in the whole process, whatever thread does it, the least of several rounds. Nothing else may run.</summary>
    public static long BytesPerCall(Action call)
    {
        Repeat(call, ProcessWarmUpCalls);
        return Enumerable.Range(0, ProcessRounds).Min(_ =>
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            Repeat(call, ProcessCallsPerRound);
            return GC.GetTotalAllocatedBytes(precise: true) - before;
        }) / ProcessCallsPerRound;
    }

    private static void Repeat(Action call, int calls)
    {
        for (var i = 0; i < calls; i++)
            call();
    }

    private static long Allocated(Action call, int calls)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Repeat(call, calls);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
