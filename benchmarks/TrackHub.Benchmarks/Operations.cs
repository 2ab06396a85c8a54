using System.Reflection;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;

namespace TrackHub.Benchmarks;

/// <summary>Every operation of this program: each public method with <c>[Benchmark]</c>, once for each of its arguments.</summary>
internal static class Operations
{
    /// <summary>Category of operations that are not ours: measured beside ours, their allocation never gated.</summary>
    public const string Yardstick = "yardstick";

    private const string Suffix = "Benchmarks";

    /// <summary>Operations whose name holds a text, with those of their class that they are compared to; one group per class.</summary>
    public static IReadOnlyList<BenchmarkRunInfo> Holding(string part, IConfig config)
    {
        var all = typeof(Operations).Assembly.GetExportedTypes().SelectMany(Closed).Select(type => BenchmarkConverter.TypeToBenchmarks(type, config));
        var chosen = all.Select(group => new BenchmarkRunInfo(Chosen(group.BenchmarksCases, part), group.Type, group.Config));
        return [.. chosen.Where(static group => group.BenchmarksCases.Length > 0)];
    }

    /// <summary>Class without its suffix, method, arguments: <c>Encode(TrackedEvent).Avro</c>, <c>Verifier.Verify(kiwify)</c>. The same in results and limits.</summary>
    public static string NameOf(BenchmarkCase benchmark)
    {
        var type = benchmark.Descriptor.Type;
        var name = type.Name.Split('`')[0].Replace(Suffix, "", StringComparison.Ordinal);
        var of = type.IsGenericType ? $"({string.Join(',', type.GetGenericArguments().Select(static argument => argument.Name))})" : "";
        var with = benchmark.HasParameters ? $"({string.Join(',', benchmark.Parameters.Items.Select(static item => item.Value))})" : "";
        return $"{name}{of}.{benchmark.Descriptor.WorkloadMethod.Name}{with}";
    }

    private static BenchmarkCase[] Chosen(BenchmarkCase[] group, string part)
    {
        bool Holds(BenchmarkCase benchmark) => NameOf(benchmark).Contains(part, StringComparison.OrdinalIgnoreCase);
        return group.Any(Holds) ? [.. group.Where(benchmark => Holds(benchmark) || benchmark.Descriptor.Baseline)] : [];
    }

    private static IEnumerable<Type> Closed(Type type) => type.IsGenericTypeDefinition
        ? type.GetCustomAttributes<GenericTypeArgumentsAttribute>().Select(arguments => type.MakeGenericType(arguments.GenericTypeArguments))
        : [type];
}
