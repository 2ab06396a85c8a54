using System.Text.Json;
using TrackHub.Load.Broker;

namespace TrackHub.Load.Tests.Broker;

public sealed class BrokerReportTests
{
    [Fact]
    public void A_ratio_is_of_the_median_runs_under_the_same_client_and_load()
    {
        var report = new BrokerReport(
            [
                Runs(BrokerReport.FloorPrefix + "bare append", "tool", "produce", 900, 1_000, 5_000),
                Runs("broker", "tool", "produce", 700, 100, 800),
                Runs("broker", "tool", "consume", 2_000, 3_000),
            ],
            [new("idle", 0.5, "%", 1)]);

        var lines = report.JsonLines().Select(static line => JsonDocument.Parse(line).RootElement).ToList();
        lines[0].GetProperty("ratio").ValueKind.ShouldBe(JsonValueKind.Null);
        lines[1].GetProperty("ratio").GetDouble().ShouldBe(0.7);
        lines[1].GetProperty("slowest").GetDouble().ShouldBe(100);
        lines[2].GetProperty("ratio").ValueKind.ShouldBe(JsonValueKind.Null);
        lines[2].GetProperty("rate").GetDouble().ShouldBe(2_500);
        lines[3].GetProperty("figure").GetString().ShouldBe("idle");
        report.Table().Count(static line => line.StartsWith("| broker", StringComparison.Ordinal)).ShouldBe(2);
    }

    private static BrokerThroughput Runs(string target, string client, string load, params IReadOnlyList<double> rates)
    {
        var throughput = new BrokerThroughput(target, client, load);
        foreach (var rate in rates)
            throughput.Add(rate, cpuSeconds: 0.1);
        return throughput;
    }
}
