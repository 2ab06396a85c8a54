using System.Globalization;
using Confluent.Kafka;
using TrackHub.Load.Measuring;
using TrackHub.Load.Setup;
using TrackHub.Schemas;

namespace TrackHub.Load.Matching;

/// <summary>
/// The matcher alone: how many clicks it puts into the windows, and how many sales it matches by their click id, beside the same commands without its
/// thinking; then how soon after its acknowledgement a sale is ready for Meta; and what memory its process holds after more and more events.
/// </summary>
/// <remarks>
/// Matcher and floor read the same records, which lie in the log before either begins: the matcher's process is held meanwhile. A first, smaller round
/// warms both up.
/// </remarks>
internal static class MatchingScenario
{
    private const string Matcher = "matcher";
    private const string Floor = "floor: same commands";
    private const int Rounds = 3;
    private const int WarmUpShare = 4;
    private const int ClicksRate = 30_000;   // the goals: a round holds what they do in the duration asked for
    private const int SalesRate = 8_000;
    private const int ClickBatch = 2_000;    // as Matching:MaxClicks and Matching:MaxSales
    private const int SaleBatch = 500;
    private const int EventsPerSale = 10;
    private const int WindowDays = 7;
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan AdminLimit = TimeSpan.FromSeconds(30);

    /// <summary>Runs it.</summary>
    public static async Task RunAsync(LoadRun run, CancellationToken cancellationToken)
    {
        await using var lab = await run.StartMatchingAsync(WindowDays, cancellationToken);
        var traffic = new MatchingTraffic(lab.Brand, lab.Made.Run, lab.Services, run.Clock);
        var clicks = new List<(Measurement Floor, Measurement Matcher)>();
        var sales = new List<(Measurement Floor, Measurement Matcher)>();
        var memory = new List<Measurement>();
        var next = 0L;
        for (var round = 0; round <= Rounds; round++)
        {
            await run.SayAsync($"matching, round {round} of {Rounds}");
            var share = round == 0 ? WarmUpShare : 1;
            var made = Range(next, run.Settings.Count(ClicksRate, run.Settings.Duration) / share).Select(traffic.Click).ToList();
            var sold = Range(next, Math.Min(made.Count, run.Settings.Count(SalesRate, run.Settings.Duration) / share)).Select(number => traffic.Sale(number, number)).ToList();
            next += made.Count;
            clicks.Add(await RoundAsync(run, lab, traffic, "click", Topics.TrackEvents, made, "trackhub_matcher_events_applied", "",
                (floor, from) => floor.WriteClicksAsync(from, ClickBatch, cancellationToken), cancellationToken));
            sales.Add(await RoundAsync(run, lab, traffic, "sale", Topics.IngestEvents, sold, "trackhub_matcher_purchases", "",
                (floor, from) => floor.MatchSalesAsync(from, made, SaleBatch, cancellationToken), cancellationToken));
            memory.Add(SoFar([.. clicks.Concat(sales).Select(static r => r.Matcher)], sales[^1].Matcher.Cost, await lab.MemoryAsync(cancellationToken)));
        }

        foreach (var rounds in (List<(Measurement Floor, Measurement Matcher)>[])[clicks, sales])
        {
            run.Keep(Median(rounds.Skip(1).Select(static r => r.Floor)));
            run.Keep(Median(rounds.Skip(1).Select(static r => r.Matcher)));
        }

        memory.ForEach(run.Keep);

        await run.SayAsync($"latency at {run.Settings.Rate} events a second, a tenth of them sales");
        await using var target = await DispatchTarget.ConnectAsync(lab.Bootstrap, traffic, next, EventsPerSale, run.Clock, cancellationToken);
        var salesRate = Math.Max(1, run.Settings.Rate / EventsPerSale);
        var whole = await run.Generator.OpenAsync("sale sent to capi-dispatch", target, 1, cancellationToken, salesRate);
        run.Keep(whole);
        run.Keep(target.SinceAcknowledged(whole));
    }

    private static async Task<(Measurement Floor, Measurement Matcher)> RoundAsync(
        LoadRun run, MatchingLab lab, MatchingTraffic traffic, string item, TopicDefinition topic, IReadOnlyList<TrackedEvent> events, string counter, string tags,
        Func<MatchingFloor, IReadOnlyList<TopicPartitionOffset>, Task> runFloorAsync, CancellationToken cancellationToken)
    {
        var before = await lab.CountAsync(counter, tags, cancellationToken);
        var allocated = await lab.AllocatedAsync(cancellationToken);   // before it is held: it would not answer
        var from = Ends(lab.Bootstrap, topic);
        Measurement floored;
        double cpu;
        long started;
        await using (await lab.HoldAsync(cancellationToken))
        {
            await traffic.ProduceAsync(events, cancellationToken);
            var floor = new MatchingFloor(lab, events);
            await runFloorAsync(floor, from);
            floored = Measured(Floor, item, events.Count, run.Clock.GetElapsedTime(floor.Started));
            (cpu, started) = (lab.Meter.CpuSeconds, run.Clock.GetTimestamp());
        }

        while (await lab.CountAsync(counter, tags, cancellationToken) - before < events.Count)
            await Task.Delay(AskAgain, run.Clock, cancellationToken);
        var matched = Measured(Matcher, item, events.Count, run.Clock.GetElapsedTime(started));
        allocated = await lab.AllocatedAsync(cancellationToken) - allocated;
        matched.Cost = new((lab.Meter.CpuSeconds - cpu) * 1_000_000 / events.Count, allocated / events.Count, lab.Meter.ResidentMegabytes);
        return (floored, matched);
    }

    /// <summary>So many events in that time; none of them has a latency of its own.</summary>
    internal static Measurement Measured(string target, string item, int events, TimeSpan elapsed, ItemCost? cost = null, IReadOnlyList<(string, double)>? figures = null)
    {
        var measurement = new Measurement(target, LoadMode.Closed, 1) { Item = item, Elapsed = elapsed, Cost = cost, Figures = figures ?? [] };
        for (var i = 0; i < events; i++)
            measurement.Latency.Record(TimeSpan.Zero);
        return measurement;
    }

    private static Measurement SoFar(IReadOnlyList<Measurement> rounds, ItemCost? cost, IReadOnlyList<(string, double)> memory)
    {
        var events = (int)rounds.Sum(static m => m.Latency.Count);
        return Measured(
            Matcher, string.Create(CultureInfo.InvariantCulture, $"events so far: {events:N0}"), events, rounds.Aggregate(TimeSpan.Zero, static (sum, m) => sum + m.Elapsed), cost, memory);
    }

    private static Measurement Median(IEnumerable<Measurement> rounds) => rounds.OrderBy(static m => m.Rate).ElementAt(Rounds / 2);

    private static List<TopicPartitionOffset> Ends(string bootstrap, TopicDefinition topic)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = bootstrap, GroupId = "load-floor" }).SetLogHandler(static (_, _) => { }).Build();
        return
        [
            .. Enumerable.Range(0, topic.Partitions).Select(p => new TopicPartition(topic.Name, p))
                .Select(partition => new TopicPartitionOffset(partition, consumer.QueryWatermarkOffsets(partition, AdminLimit).High)),
        ];
    }

    private static IEnumerable<long> Range(long first, long count)
    {
        for (var number = first; number < first + count; number++)
            yield return number;
    }
}
