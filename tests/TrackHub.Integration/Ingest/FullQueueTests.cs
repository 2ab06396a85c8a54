using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using TrackHub.Testing;
using Xunit.Abstractions;

namespace TrackHub.Integration.Ingest;

/// <summary>The log is away and the queue to it is full. A broker of the test's own, so not for a real cluster.</summary>
public sealed class FullQueueTests(ITestOutputHelper output)
{
    private const int Senders = 300;
    private const int Sales = 50;
    private const int Probes = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly bool IsFull = Environment.GetEnvironmentVariable("TRACKHUB_TEST_FULL") == "1";
    private static readonly int Clicks = IsFull ? 5_000 : 1_000;

    // The fewest that may be set, so that it is full on the slowest machine: a record leaves it after two seconds, and 200 did not always wait beside other tests.
    private static readonly int Queue = IsFull ? 1_000 : 100;

    [Fact]
    public async Task A_full_queue_refuses_browser_events_spools_sales_takes_no_more_memory_and_empties_by_itself()
    {
        var (folder, spool) = (TestFolder.Next("ingest-full"), TestFolder.Next("ingest-full-spool"));
        var broker = await TestMachine.StartBrokerAsync(folder);
        var (port, registryPort) = (broker.Port, broker.RegistryAddress.Port);
        await using var ingest = await IngestProcess.StartWithAsync(
            new(broker.BootstrapServers, broker.RegistryAddress),
            [$"--Producer:QueueRecords={Queue}", "--Ingest:AckTimeout=00:00:00.150", "--Ingest:AddressBurst=1000000", $"--Ingest:SpoolDirectory={spool}"],
            "perfectpay");
        var brand = ingest.Brands["perfectpay"];
        var address = $"/track/click?k={brand.WriteKey}";
        var click = """{"session_id":"s-1","url":"https://shop.example.com/"}"""u8.ToArray();
        (await ingest.PostAsync(address, click)).Status.ShouldBe(202);
        await broker.DisposeAsync();
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        var before = process.WorkingSet64;

        var answers = new ConcurrentBag<(int Status, string? Code)>();
        var latencies = new List<double>();
        using var enough = new CancellationTokenSource();
        var flood = Task.WhenAll(Enumerable.Range(0, Senders).Select(async _ =>
        {
            while (answers.Count < Clicks || !enough.IsCancellationRequested)
            {
                var (status, problem) = await ingest.PostAsync(address, click);
                answers.Add((status, problem.GetProperty("code").GetString()));
            }
        }));
        await Eventually.Holds(async () => await UnavailableAsync(ingest, "reason=\"queue_full\"") > 0, Patience);
        var refused = await UnavailableAsync(ingest);
        var sales = await Task.WhenAll(Enumerable.Range(0, Sales).Select(number => ingest.PostAsync(
            $"/webhooks/perfectpay/{brand.ConnectionPath}", Encoding.UTF8.GetBytes($$"""
            {"token":"{{brand.ConnectionSecret}}","code":"PP{{number}}","sale_amount":197.0,"currency_enum_key":"BRL","sale_status_enum":2,
             "customer":{"email":"comprador@example.com"}
            }
            """))));
        await await Task.WhenAny(flood, Eventually.Holds(async () => await UnavailableAsync(ingest) > refused, Patience));   // the log took none all the while, or a sender tells why
        await enough.CancelAsync();
        await flood;
        for (var number = 0; number < Probes; number++)
        {
            var started = Stopwatch.GetTimestamp();
            await ingest.PostAsync(address, click);
            latencies.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        var slow = latencies.Order().ToList();
        output.WriteLine($"{Probes} further clicks, one by one, at a queue of {Queue}: p50 {slow[Probes / 2]:0.0} ms, p90 {slow[Probes * 9 / 10]:0.0} ms, p99 {slow[Probes * 99 / 100]:0.0} ms");

        sales.ShouldAllBe(static sale => sale.Status == 200 && sale.Answer.GetProperty("spooled").GetBoolean());
        answers.Distinct().ShouldBe([(503, "log_unavailable")]);
        process.Refresh();
        (process.WorkingSet64 - before).ShouldBeLessThan(200L << 20);

        await using var again = await TestMachine.StartBrokerAsync(folder, port, registryPort);
        await Eventually.Holds(async () => (await ingest.PostAsync(address, click)).Status is 202, Patience);
        var (_, receipt) = await ingest.PostAsync(address, click);
        (await ingest.ReadBackAsync<Schemas.TrackedEvent>(receipt)).Record.EventId.ShouldBe(receipt.GetProperty("event_id").GetString());
        await ingest.AreStoredAsync(sales.Select(static sale => sale.Answer.GetProperty("event_id").GetString()!), Patience);
        await Eventually.Holds(() => Directory.GetFiles(spool).Select(Path.GetFileName).SequenceEqual(["lock"]), Patience);
    }

    private static async Task<double> UnavailableAsync(IngestProcess ingest, string reason = "") => (await ingest.MetricsAsync()).Split('\n')
        .Where(line => line.StartsWith("trackhub_ingest_unavailable", StringComparison.Ordinal) && line.Contains(reason, StringComparison.Ordinal))
        .Sum(static line => double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));
}
