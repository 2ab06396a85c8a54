using System.Diagnostics;
using System.Text;
using TrackHub.Testing;
using Xunit.Abstractions;

namespace TrackHub.Integration.Ingest;

/// <summary>What is sent to the log disappears, and no connection ends, as behind a firewall that drops. A broker of the test's own, so not for a real cluster.</summary>
public sealed class BlockedPortTests(ITestOutputHelper output)
{
    private const int PerSecond = 200;
    private static readonly int Sales = Environment.GetEnvironmentVariable("TRACKHUB_TEST_FULL") == "1" ? 2_000 : 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly HashSet<string> _taken = [];

    [Fact]
    public async Task Sales_are_taken_while_the_port_of_the_log_is_blocked_and_all_lie_in_the_log_once_it_is_open()
    {
        await using var broker = await TestMachine.StartBrokerAsync(TestFolder.Next("ingest-blocked-log"), advertisedHost: BrokerProxy.Host);
        await using var proxy = new BrokerProxy(broker.Port);
        var spool = TestFolder.Next("ingest-spool");
        await using var ingest = await IngestProcess.StartWithAsync(
            new($"{BrokerProxy.Host}:{broker.Port}", broker.RegistryAddress),
            [$"--Ingest:SpoolDirectory={spool}", "--Ingest:AckTimeout=00:00:00.150"],
            "perfectpay");
        await SellAsync(ingest, "the port is open");

        proxy.Block();
        (await SellAsync(ingest, "the port is blocked")).ShouldBeGreaterThan(0);
        (await ingest.Client.GetAsync("/ready")).IsSuccessStatusCode.ShouldBeTrue();
        proxy.Unblock();
        await SellAsync(ingest, "the port is open again");

        await Eventually.Holds(() => Directory.GetFiles(spool).Select(Path.GetFileName).SequenceEqual(["lock"]), Patience);
        await ingest.AreStoredAsync(_taken, Patience);
    }

    /// <summary>Sells at a steady rate, whatever the answers take.</summary>
    /// <returns>How many the spool took.</returns>
    private async Task<int> SellAsync(IngestProcess ingest, string phase)
    {
        var started = Stopwatch.GetTimestamp();
        var answers = new List<Task<(string EventId, bool Spooled, TimeSpan Latency)>>();
        for (var number = 0; number < Sales; number++)
        {
            var due = TimeSpan.FromSeconds((double)number / PerSecond);
            if (due - Stopwatch.GetElapsedTime(started) is var left && left > TimeSpan.Zero)
                await Task.Delay(left);
            answers.Add(SellOneAsync(ingest, $"PP{_taken.Count + number}", started, due));
        }

        var taken = await Task.WhenAll(answers);
        _taken.UnionWith(taken.Select(static sale => sale.EventId));
        var latencies = taken.Select(static sale => sale.Latency.TotalMilliseconds).Order().ToList();
        var spooled = taken.Count(static sale => sale.Spooled);
        output.WriteLine($"{phase}: {Sales} sales, {spooled} spooled, p50 {latencies[Sales / 2]:0.0} ms, p99 {latencies[(int)(Sales * 0.99)]:0.0} ms, "
            + $"p99.9 {latencies[(int)(Sales * 0.999)]:0.0} ms, longest {latencies[^1]:0.0} ms");
        return spooled;
    }

    private static async Task<(string EventId, bool Spooled, TimeSpan Latency)> SellOneAsync(IngestProcess ingest, string saleId, long started, TimeSpan due)
    {
        var brand = ingest.Brands["perfectpay"];
        var (status, answer) = await ingest.PostAsync($"/webhooks/perfectpay/{brand.ConnectionPath}", Encoding.UTF8.GetBytes($$"""
            {"token":"{{brand.ConnectionSecret}}","code":"{{saleId}}","sale_amount":197.0,"currency_enum_key":"BRL","sale_status_enum":2,
             "customer":{"email":"comprador@example.com"},"metadata":{"utm_perfect":"th_0000000000000000000000000a"}
            }
            """));
        status.ShouldBe(200);
        return (answer.GetProperty("event_id").GetString()!, answer.TryGetProperty("spooled", out _), Stopwatch.GetElapsedTime(started) - due);
    }
}
