using System.Collections.Concurrent;

namespace TrackHub.Load.Measuring;

/// <summary>How load is offered.</summary>
internal enum LoadMode
{
    /// <summary>Latency: items leave at fixed times, whether or not earlier ones were answered.</summary>
    Open,

    /// <summary>Throughput: every connection is kept busy, the next item leaves with the answer to the one before.</summary>
    Closed,
}

/// <summary>What one target did under one load.</summary>
internal sealed class Measurement(string target, LoadMode mode, int connections)
{
    /// <summary>Name of the target; a floor's says so.</summary>
    public string Target => target;

    /// <summary>How load was offered.</summary>
    public LoadMode Mode => mode;

    /// <summary>Connections.</summary>
    public int Connections => connections;

    /// <summary>From the intended send time in the open loop, from the actual one in the closed loop, to the answer. Failures are not in it.</summary>
    public LatencyHistogram Latency { get; init; } = new();

    /// <summary>How late items left after their intended time: the share of a latency that is this program's own. Open loop only.</summary>
    public LatencyHistogram Lateness { get; } = new();

    /// <summary>Failures by kind.</summary>
    public ConcurrentDictionary<string, long> Errors { get; } = [];

    /// <summary>Items a second that were asked for; null in the closed loop.</summary>
    public int? WantedRate { get; init; }

    /// <summary>From the first intended send to the last answer.</summary>
    public TimeSpan Elapsed { get; set; }

    /// <summary>Items a second that were answered.</summary>
    public double Rate => Elapsed > TimeSpan.Zero ? Latency.Count / Elapsed.TotalSeconds : 0;

    /// <summary>What was sent, where a run sends several things; else empty.</summary>
    public string Item { get; set; } = "";

    /// <summary>What it cost the target's process; null where that is not measured.</summary>
    public ItemCost? Cost { get; set; }

    /// <summary>Further figures by name, where a scenario has some.</summary>
    public IReadOnlyList<(string Name, double Value)> Figures { get; set; } = [];

    /// <summary>Counts a failure.</summary>
    public void Fail(string kind) => Errors.AddOrUpdate(kind, 1, static (_, count) => count + 1);
}

/// <summary>What one item cost a process.</summary>
/// <param name="CpuMicroseconds">CPU time, all threads.</param>
/// <param name="AllocatedBytes">Bytes allocated on the managed heap; null where it does not tell.</param>
/// <param name="ResidentMegabytes">Resident memory of the process at the end.</param>
internal readonly record struct ItemCost(double CpuMicroseconds, double? AllocatedBytes, double ResidentMegabytes);
