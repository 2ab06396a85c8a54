using System.Text.Json;
using TrackHub.Load.Measuring;
using TrackHub.Load.Reporting;

namespace TrackHub.Load.Tests.Reporting;

public sealed class LoadReportTests
{
    private static readonly LoadSettings Settings = new(100, TimeSpan.FromSeconds(1), TimeSpan.Zero, 1_000);

    [Fact]
    public void A_ratio_is_to_each_yardstick_of_the_same_item_loop_and_connections()
    {
        var report = new LoadReport("ingress", Settings, Measurements());

        report.RatioOf(Measurements()[0], "floor: empty handler").ShouldBeNull();
        var lines = report.JsonLines().Select(static line => JsonDocument.Parse(line).RootElement).ToList();
        lines.Select(static line => Ratio(line, "empty handler")).ShouldBe([0, 3, 0, 0.5, 0.2, 0]);
        lines.Select(static line => Ratio(line, "node-ingest")).ShouldBe([0, 0, 5, 2.5, 0, 0]);
        lines[1].GetProperty("p50").GetDouble().ShouldBe(3, tolerance: 0.01);
        lines[1].GetProperty("errors").GetProperty("http_503").GetInt64().ShouldBe(1);
    }

    [Fact]
    public void What_an_item_cost_stands_beside_it()
    {
        var measurement = Measured("ingress", LoadMode.Closed, 1, count: 10);
        measurement.Cost = new(CpuMicroseconds: 61.25, AllocatedBytes: null, ResidentMegabytes: 120);

        var report = new LoadReport("ingress", Settings, [measurement]);

        report.Table().Last().ShouldContain("|   61.3 |         |         120 |");
        var line = JsonDocument.Parse(report.JsonLines().Single()).RootElement;
        line.GetProperty("cpu_us").GetDouble().ShouldBe(61.2);
        line.GetProperty("allocated_bytes").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public void A_table_has_a_row_for_each_measurement()
    {
        var table = new LoadReport("ingress", Settings, Measurements()).Table().ToList();

        table.Count.ShouldBe(8);
        table[3].ShouldContain("| ingress");
        table[3].ShouldContain("1 http_503");
    }

    private static IReadOnlyList<Measurement> Measurements() =>
    [
        Measured("floor: empty handler", LoadMode.Open, 1, count: 10),
        Measured("ingress", LoadMode.Open, 3, count: 10, failing: true),
        Measured("floor: empty handler", LoadMode.Closed, 1, count: 10),
        Measured("ingress", LoadMode.Closed, 1, count: 5),
        Measured("peer: node-ingest", LoadMode.Closed, 1, count: 2),
        Measured("ingress", LoadMode.Closed, 1, count: 5, item: "webhook"),
    ];

    private static double Ratio(JsonElement line, string yardstick) => line.GetProperty("ratios").TryGetProperty(yardstick, out var ratio) ? ratio.GetDouble() : 0;

    private static Measurement Measured(string target, LoadMode mode, int milliseconds, int count, bool failing = false, string item = "")
    {
        var measurement = new Measurement(target, mode, 16) { Elapsed = TimeSpan.FromSeconds(1), Item = item };
        for (var i = 0; i < count; i++)
            measurement.Latency.Record(TimeSpan.FromMilliseconds(milliseconds));
        if (failing)
            measurement.Fail("http_503");
        return measurement;
    }
}
