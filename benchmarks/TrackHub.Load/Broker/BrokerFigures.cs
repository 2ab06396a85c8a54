namespace TrackHub.Load.Broker;

/// <summary>Throughput of one target under one client, of several runs.</summary>
/// <param name="Target">The broker, or its floor.</param>
/// <param name="Client">Which client.</param>
/// <param name="Load">Produce or consume.</param>
internal sealed record BrokerThroughput(string Target, string Client, string Load)
{
    private readonly List<(double Rate, double CpuSeconds)> _runs = [];

    /// <summary>Runs.</summary>
    public int Runs => _runs.Count;

    /// <summary>Records a second: the median run.</summary>
    public double Rate => Median(_runs.Select(static run => run.Rate));

    /// <summary>Records a second: the slowest run.</summary>
    public double Slowest => _runs.Min(static run => run.Rate);

    /// <summary>Records a second: the fastest run.</summary>
    public double Fastest => _runs.Max(static run => run.Rate);

    /// <summary>CPU seconds of the target's process for a million records: the median run.</summary>
    public double CpuSeconds => Median(_runs.Select(static run => run.CpuSeconds));

    /// <summary>Adds a run.</summary>
    /// <param name="rate">Records a second.</param>
    /// <param name="cpuSeconds">CPU seconds for a million records.</param>
    public void Add(double rate, double cpuSeconds) => _runs.Add((rate, cpuSeconds));

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}

/// <summary>One figure that is no throughput.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">Its value.</param>
/// <param name="Unit">Of what.</param>
/// <param name="Goal">The most it should be; null where it only informs.</param>
internal sealed record BrokerFigure(string Name, double Value, string Unit, double? Goal = null);
