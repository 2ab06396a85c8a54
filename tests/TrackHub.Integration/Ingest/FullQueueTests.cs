using System.Collections.Concurrent;
using TrackHub.Testing;

namespace TrackHub.Integration.Ingest;

/// <summary>The log is away and the queue to it is full. A broker of the test's own, so not for a real cluster.</summary>
public sealed class FullQueueTests
{
    private const int Senders = 300;
    private static readonly int Clicks = Environment.GetEnvironmentVariable("TRACKHUB_TEST_FULL") == "1" ? 5_000 : 2_500;

    [Fact]
    public async Task A_full_queue_refuses_browser_events_takes_no_more_memory_and_empties_by_itself()
    {
        var folder = TestFolder.Next("ingest-full");
        var broker = await TestMachine.StartBrokerAsync(folder);
        var (port, registryPort) = (broker.Port, broker.RegistryAddress.Port);
        await using var ingest = await IngestProcess.StartWithAsync(
            new(broker.BootstrapServers, broker.RegistryAddress),
            ["--Producer:QueueRecords=1000", "--Ingest:AckTimeout=00:00:00.150", "--Ingest:AddressBurst=1000000"],
            "kiwify");
        var address = $"/track/click?k={ingest.Brands["kiwify"].WriteKey}";
        var click = """{"session_id":"s-1","url":"https://shop.example.com/"}"""u8.ToArray();
        (await ingest.PostAsync(address, click)).Status.ShouldBe(202);
        await broker.DisposeAsync();
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        var before = process.WorkingSet64;

        var answers = new ConcurrentBag<(int Status, string? Code)>();
        await Parallel.ForAsync(0, Clicks, new ParallelOptions { MaxDegreeOfParallelism = Senders }, async (_, _) =>
        {
            var (status, problem) = await ingest.PostAsync(address, click);
            answers.Add((status, problem.GetProperty("code").GetString()));
        });

        answers.Distinct().ShouldBe([(503, "log_unavailable")]);
        (await ingest.MetricsAsync()).Split('\n').ShouldContain(
            static line => line.StartsWith("trackhub_ingest_unavailable", StringComparison.Ordinal) && line.Contains("reason=\"queue_full\"", StringComparison.Ordinal));
        process.Refresh();
        (process.WorkingSet64 - before).ShouldBeLessThan(200L << 20);

        await using var again = await TestMachine.StartBrokerAsync(folder, port, registryPort);
        await Eventually.Holds(async () => (await ingest.PostAsync(address, click)).Status is 202, TimeSpan.FromSeconds(30));
        var (_, receipt) = await ingest.PostAsync(address, click);
        (await ingest.ReadBackAsync<Schemas.TrackedEvent>(receipt)).Record.EventId.ShouldBe(receipt.GetProperty("event_id").GetString());
    }
}
