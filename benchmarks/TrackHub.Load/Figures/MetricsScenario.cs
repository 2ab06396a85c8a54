using Confluent.Kafka;
using TrackHub.Cli;
using TrackHub.Load.Measuring;
using TrackHub.Load.Setup;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Load.Figures;

/// <summary>
/// The metrics role alone: how many conversions of a backlog it takes into the figures, beside reading the same records raw; then how soon a sale is in the figures
/// that PostgreSQL shows, and in those that the console answers with. Before that the figures must be what was told, to the cent.
/// </summary>
/// <remarks>Records lie in the log before a round begins: the role's process is held meanwhile. A first, smaller round warms up.</remarks>
internal static class MetricsScenario
{
    private const string Role = "metrics";
    private const string Floor = "floor: raw consume";
    private const string Item = "conversion";
    private const int Rounds = 3;
    private const int WarmUpShare = 4;
    private const int Goal = 20_000;   // a round holds what it does in the duration asked for
    private static readonly TimeSpan RoundLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AdminLimit = TimeSpan.FromSeconds(30);

    /// <summary>Runs it.</summary>
    public static async Task RunAsync(LoadRun run, CancellationToken cancellationToken)
    {
        await using var lab = await run.StartMetricsAsync(cancellationToken);
        var traffic = new SalesTraffic(lab.AllBrands, lab.Producer, run.Clock);
        var rounds = new List<(Measurement Floor, Measurement Role)>();
        var next = 0L;
        for (var round = 0; round <= Rounds; round++)
        {
            await run.SayAsync($"metrics, round {round} of {Rounds}");
            var count = Math.Max(1, run.Settings.Count(Goal, run.Settings.Duration) / (round == 0 ? WarmUpShare : 1));
            rounds.Add(await RoundAsync(run, lab, traffic, next, (int)count, cancellationToken));
            next += count;
        }

        await CheckAsync(lab, SalesTraffic.Sum(0, next), cancellationToken);
        run.Keep(Median(rounds.Skip(1).Select(static r => r.Floor)));
        run.Keep(Median(rounds.Skip(1).Select(static r => r.Role)));

        await run.SayAsync($"latency at {run.Settings.Rate} sales a second");
        await using var target = new VisibleTarget(lab, traffic, next, run.Clock);
        var cpu = lab.Meter.CpuSeconds;
        var seen = await run.Generator.OpenAsync("sale sent to figure in PostgreSQL", target, 1, cancellationToken);
        seen.Cost = new((lab.Meter.CpuSeconds - cpu) * 1_000_000 / run.Generator.Used, null, lab.Meter.ResidentMegabytes);
        run.Keep(seen);

        // Refunds name sales that are counted already: none follows these.
        await run.SayAsync($"latency at {run.Settings.Rate} sales a second, asked of the console");
        await using var console = await lab.StartConsoleAsync(run.Clock, cancellationToken);
        var (key, used) = (await lab.KeyAsync(cancellationToken), run.Generator.Used);
        await using var shown = await ShownTarget.StartAsync(new($"http://127.0.0.1:{console.Ports.Console}/"), key, lab.AllBrands, traffic, next, run.Clock);
        cpu = console.Meter.CpuSeconds;
        var asked = await run.Generator.OpenAsync("sale sent to figure in the console's API", shown, 1, cancellationToken);
        asked.Cost = new((console.Meter.CpuSeconds - cpu) * 1_000_000 / (run.Generator.Used - used), null, console.Meter.ResidentMegabytes);
        run.Keep(asked);
    }

    private static async Task<(Measurement Floor, Measurement Role)> RoundAsync(
        LoadRun run, MetricsLab lab, SalesTraffic traffic, long first, int count, CancellationToken cancellationToken)
    {
        var before = await lab.CountedAsync(cancellationToken);
        var allocated = await lab.AllocatedAsync(cancellationToken);   // before it is held: it would not answer
        var (postgres, broker) = (await lab.PostgresCpuSecondsAsync(cancellationToken), 0d);
        var from = Ends(lab.Bootstrap);
        Measurement floor;
        double cpu;
        long started;
        await using (await lab.HoldAsync(cancellationToken))
        {
            await traffic.ProduceAsync(Enumerable.Range(0, count).Select(i => traffic.Of(first + i)), cancellationToken);
            floor = await Task.Run(() => Read(run, lab.Bootstrap, from, count), cancellationToken);
            (cpu, broker, started) = (lab.Meter.CpuSeconds, lab.BrokerMeter.CpuSeconds, run.Clock.GetTimestamp());
        }

        while (await lab.CountedAsync(cancellationToken) - before < count)
        {
            if (run.Clock.GetElapsedTime(started) > RoundLimit)
                throw new CommandException($"The metrics role has not counted {count} conversions within {RoundLimit.TotalMinutes:0} minutes: the machine is too busy to be measured.");
            await Task.Delay(AskAgain, run.Clock, cancellationToken);
        }

        var elapsed = run.Clock.GetElapsedTime(started);
        allocated = await lab.AllocatedAsync(cancellationToken) - allocated;
        postgres = await lab.PostgresCpuSecondsAsync(cancellationToken) - postgres;
        var counted = Measured(Role, count, elapsed, [("PostgreSQL's cpu µs", postgres * 1_000_000 / count), ("broker's cpu µs", (lab.BrokerMeter.CpuSeconds - broker) * 1_000_000 / count)]);
        counted.Cost = new((lab.Meter.CpuSeconds - cpu) * 1_000_000 / count, allocated / count, lab.Meter.ResidentMegabytes);
        return (floor, counted);
    }

    /// <summary>Reads the records raw, with TrackHub's own settings, and does nothing with them; it is connected before, as the role is.</summary>
    private static Measurement Read(LoadRun run, string bootstrap, IReadOnlyList<TopicPartitionOffset> from, int count)
    {
        var config = ClientSettings.Consumer(new() { BootstrapServers = bootstrap }, new() { Group = "load-floor", Topics = [] });
        config.EnableAutoCommit = false;
        using var consumer = new ConsumerBuilder<byte[], byte[]>(config).SetLogHandler(static (_, _) => { }).Build();
        consumer.QueryWatermarkOffsets(from[0].TopicPartition, AdminLimit);
        var (done, bytes, cpu, started) = (0, 0L, Environment.CpuUsage.TotalTime, run.Clock.GetTimestamp());
        consumer.Assign(from);
        while (done < count)
        {
            if (consumer.Consume(Poll) is not { } record)
                continue;
            done++;
            bytes += record.Message.Value.Length;
        }

        var measured = Measured(Floor, count, run.Clock.GetElapsedTime(started), [("bytes a record", (double)bytes / count)]);
        measured.Cost = new((Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / count, null, Environment.WorkingSet >> 20);
        return measured;
    }

    private static async Task CheckAsync(MetricsLab lab, (long Revenue, long Refunded, long Conversions) told, CancellationToken cancellationToken)
    {
        await using var command = lab.Rows.CreateCommand(
            "select sum(revenue_minor)::bigint, sum(refunded_minor)::bigint, sum(conversions)::bigint from performance_metrics where source = 'aggregated' and period = 'hourly'");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var figures = (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
        if (figures != told)
            throw new CommandException($"The figures are {figures} (revenue, refunded, conversions), and what was told is {told}: a fault of the metrics role.");
    }

    private static Measurement Measured(string target, int count, TimeSpan elapsed, IReadOnlyList<(string, double)> figures)
    {
        var measurement = new Measurement(target, LoadMode.Closed, 1) { Item = Item, Elapsed = elapsed, Figures = figures };
        for (var i = 0; i < count; i++)
            measurement.Latency.Record(TimeSpan.Zero);
        return measurement;
    }

    private static Measurement Median(IEnumerable<Measurement> rounds) => rounds.OrderBy(static m => m.Rate).ElementAt(Rounds / 2);

    private static List<TopicPartitionOffset> Ends(string bootstrap)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = bootstrap, GroupId = "load-floor" }).SetLogHandler(static (_, _) => { }).Build();
        return
        [
            .. Enumerable.Range(0, Topics.Conversions.Partitions).Select(static p => new TopicPartition(Topics.Conversions.Name, p))
                .Select(partition => new TopicPartitionOffset(partition, consumer.QueryWatermarkOffsets(partition, AdminLimit).High)),
        ];
    }
}
