using TrackHub.Load.Floors;
using TrackHub.Load.Setup;

namespace TrackHub.Load.Broker;

/// <summary>
/// The broker alone under clients in C and in C#: what it takes and gives at most beside a bare append server, how soon it acknowledges at a
/// fifth of that, and what it costs when nobody asks.
/// </summary>
/// <param name="directory">Where logs go: the file system that is measured.</param>
/// <param name="unit">The length that everything else is a multiple of; 5 s give runs of 3.5 million records.</param>
/// <param name="progress">Told what is measured next.</param>
/// <param name="clock">Measures.</param>
internal sealed class BrokerScenario(string directory, TimeSpan unit, TextWriter progress, TimeProvider clock)
{
    /// <summary>Name on the command line.</summary>
    public const string Name = "broker";

    private const int Rounds = 5;
    private const int GoalRate = 700_000;   // records a second: a unit of records is what the goal does in a unit of time
    private const double RateShare = 0.2;   // of the maximum, at which latency is measured
    private const int VolumeUnits = 6;
    private const int IdleUnits = 12;
    private const string Topic = "load";

    /// <summary>After the last request, until a broker counts as idle: it returns memory within it.</summary>
    private static readonly TimeSpan SettleTime = TimeSpan.FromMinutes(2);
    private const string FloorTarget = BrokerReport.FloorPrefix + "bare append";
    private const string Tool = "rdkafka_performance";
    private const string Confluent = "Confluent.Kafka";

    private readonly List<BrokerThroughput> _throughputs = [];
    private readonly List<BrokerFigure> _figures = [];

    private long Records => (long)(GoalRate * unit.TotalSeconds);

    /// <summary>Measures all of it; takes some 50 units, and four minutes of waiting.</summary>
    public async Task<BrokerReport> RunAsync(CancellationToken cancellationToken)
    {
        var tool = await PerformanceTool.PrepareAsync(directory, cancellationToken);
        var client = new ConfluentClient(clock);
        var data = Directory.CreateDirectory(Path.Combine(directory, "data")).FullName;
        await using (var floor = await FloorProcess.StartAsync(FloorProgram.Append, cancellationToken, Directory.CreateDirectory(Path.Combine(directory, "floor")).FullName))
        await using (var broker = await BrokerUnderLoad.StartAsync(data, clock, cancellationToken))
        {
            _figures.Add(new("resident after the start", broker.Meter.ResidentMegabytes, "MB", 80));
            await MeasureThroughputAsync(floor, broker, new(
                Tool, Records, (bootstrap, records) => tool.ProduceAsync(bootstrap, Topic, records, cancellationToken),
                (bootstrap, records) => tool.ConsumeAsync(bootstrap, Topic, FloorProgram.AppendPartitions, records, cancellationToken)), cancellationToken);
            var produced = _throughputs.Single(static t => t is { Target: Name, Load: "produce" }).Rate;
            await MeasureThroughputAsync(floor, broker, new(
                Confluent, Records / 2, (bootstrap, records) => Task.FromResult(client.Produce(bootstrap, Topic, records, cancellationToken)),
                (bootstrap, records) => Task.FromResult(client.Consume(bootstrap, Topic, FloorProgram.AppendPartitions, records, cancellationToken))), cancellationToken);
            await MeasureLatencyAsync(broker, tool, (int)(produced * RateShare), cancellationToken);
            await MeasureVolumeAsync(broker, tool, cancellationToken);
        }

        await using (var broker = await BrokerUnderLoad.StartAsync(data, clock, cancellationToken))
        {
            _figures.Add(new("start on that log", broker.StartTime.TotalSeconds, "s"));
            await MeasureIdleAsync("on that log, after the start", broker, cancellationToken);
        }

        return new(_throughputs, _figures);
    }

    /// <summary>One client, ready to run either load.</summary>
    private sealed record Client(string Name, long Records, Func<string, long, Task<double>> ProduceAsync, Func<string, long, Task<double>> ConsumeAsync);

    // Broker and floor take turns, so that noise meets both alike; the first round warms both up and is not counted.
    private async Task MeasureThroughputAsync(FloorProcess bare, BrokerUnderLoad broker, Client client, CancellationToken cancellationToken)
    {
        var floor = new BrokerThroughput(FloorTarget, client.Name, "produce");
        var produce = new BrokerThroughput(Name, client.Name, "produce");
        var consume = new BrokerThroughput(Name, client.Name, "consume");
        for (var round = 0; round <= Rounds; round++)
        {
            await progress.WriteLineAsync($"throughput with {client.Name}, round {round} of {Rounds}");
            var floorRun = await MeteredAsync(new(bare.ProcessId), client, () => client.ProduceAsync(bare.Address, client.Records));
            await bare.ClearAsync(cancellationToken);
            await broker.CreateTopicAsync(Topic, FloorProgram.AppendPartitions);
            var produceRun = await MeteredAsync(broker.Meter, client, () => client.ProduceAsync(broker.Bootstrap, client.Records));
            var consumeRun = await MeteredAsync(broker.Meter, client, () => client.ConsumeAsync(broker.Bootstrap, client.Records));
            await broker.DeleteTopicAsync(Topic);
            if (round == 0)
                continue;

            floor.Add(floorRun.Rate, floorRun.CpuSeconds);
            produce.Add(produceRun.Rate, produceRun.CpuSeconds);
            consume.Add(consumeRun.Rate, consumeRun.CpuSeconds);
        }

        _throughputs.AddRange([floor, produce, consume]);
    }

    private static async Task<(double Rate, double CpuSeconds)> MeteredAsync(ProcessMeter meter, Client client, Func<Task<double>> runAsync)
    {
        var before = meter.CpuSeconds;
        var rate = await runAsync();
        return (rate, (meter.CpuSeconds - before) * 1_000_000 / client.Records);
    }

    private async Task MeasureLatencyAsync(BrokerUnderLoad broker, PerformanceTool tool, int rate, CancellationToken cancellationToken)
    {
        _figures.Add(new("rate of the following: a fifth of the maximum", rate, "1/s"));
        foreach (var linger in (int[])[PerformanceTool.LingerMs, 0])
        {
            await progress.WriteLineAsync($"acknowledgement at {rate}/s, linger {linger} ms");
            await broker.CreateTopicAsync(Topic, FloorProgram.AppendPartitions);
            var (call, roundTrip) = await tool.AcknowledgeAsync(
                broker.Bootstrap, Topic, rate, (long)(rate * 2 * unit.TotalSeconds), linger, cancellationToken);
            await broker.DeleteTopicAsync(Topic);
            _figures.Add(new($"request to ack, p99, worst second (linger {linger} ms)", roundTrip.Max.TotalMilliseconds, "ms"));
            _figures.Add(new($"request to ack, p99, median second (linger {linger} ms)", roundTrip.Percentile(0.5).TotalMilliseconds, "ms", linger == PerformanceTool.LingerMs ? 5 : null));
            foreach (var share in (double[])[0.5, 0.99, 0.999])
                _figures.Add(new($"call to ack, p{share * 100:0.#} (linger {linger} ms)", call.Percentile(share).TotalMilliseconds, "ms"));
        }
    }

    private async Task MeasureVolumeAsync(BrokerUnderLoad broker, PerformanceTool tool, CancellationToken cancellationToken)
    {
        var records = Records * VolumeUnits;
        await progress.WriteLineAsync($"a log of {records} records");
        await broker.CreateTopicAsync(Topic, FloorProgram.AppendPartitions);
        await tool.ProduceAsync(broker.Bootstrap, Topic, records, cancellationToken);
        _figures.Add(new("log written now", records * (double)PerformanceTool.RecordBytes / 1_000_000_000, "GB"));
        _figures.Add(new("resident at the most since the start", broker.Meter.PeakMegabytes, "MB"));
        await MeasureIdleAsync("after all this", broker, cancellationToken);
        var collections = await broker.CollectionsAsync(cancellationToken);
        for (var generation = 0; generation < collections.Count; generation++)
            _figures.Add(new($"collections of generation {generation} since the start", collections[generation], ""));
    }

    private async Task MeasureIdleAsync(string when, BrokerUnderLoad broker, CancellationToken cancellationToken)
    {
        await progress.WriteLineAsync($"idle, {when}");
        await Task.Delay(SettleTime, clock, cancellationToken);
        var (cpu, started) = (broker.Meter.CpuSeconds, clock.GetTimestamp());
        await Task.Delay(unit * IdleUnits, clock, cancellationToken);
        _figures.Add(new($"idle: share of a core, {when}", 100 * (broker.Meter.CpuSeconds - cpu) / clock.GetElapsedTime(started).TotalSeconds, "%", 1));
        _figures.Add(new($"idle: resident, {when}", broker.Meter.ResidentMegabytes, "MB", 80));
    }
}
