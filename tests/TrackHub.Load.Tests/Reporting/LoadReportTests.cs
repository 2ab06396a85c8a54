using System.Text.Json;
using TrackHub.Load.Measuring;
using TrackHub.Load.Reporting;

namespace TrackHub.Load.Tests.Reporting;

public sealed class LoadReportTests
{
    private static readonly LoadSettings Settings = new(100, TimeSpan.FromSeconds(1), TimeSpan.Zero, 1_000);

    [Fact]
    public void A_ratio_is_to_the_floor_of_the_same_loop_and_connections()
    {
        var report = new LoadReport("ingress", Settings, Measurements());

        report.RatioOf(Measurements()[0]).ShouldBeNull();
        var lines = report.JsonLines().Select(static line => JsonDocument.Parse(line).RootElement).ToList();
        lines.Select(static line => line.GetProperty("ratio").ValueKind is JsonValueKind.Null ? 0 : line.GetProperty("ratio").GetDouble()).ShouldBe([0, 3, 0, 0.5]);
        lines[1].GetProperty("p50").GetDouble().ShouldBe(3, tolerance: 0.01);
        lines[1].GetProperty("errors").GetProperty("http_503").GetInt64().ShouldBe(1);
    }

    [Fact]
    public void A_table_has_a_row_for_each_measurement()
    {
        var table = new LoadReport("ingress", Settings, Measurements()).Table().ToList();

        table.Count.ShouldBe(6);
        table[3].ShouldContain("| ingress");
        table[3].ShouldContain("1 http_503");
    }

    private static IReadOnlyList<Measurement> Measurements() =>
    [
        Measured("floor: empty handler", LoadMode.Open, 1, count: 10),
        Measured("ingress", LoadMode.Open, 3, count: 10, failing: true),
        Measured("floor: empty handler", LoadMode.Closed, 1, count: 10),
        Measured("ingress", LoadMode.Closed, 1, count: 5),
    ];

    private static Measurement Measured(string target, LoadMode mode, int milliseconds, int count, bool failing = false)
    {
        var measurement = new Measurement(target, mode, 16) { Elapsed = TimeSpan.FromSeconds(1) };
        for (var i = 0; i < count; i++)
            measurement.Latency.Record(TimeSpan.FromMilliseconds(milliseconds));
        if (failing)
            measurement.Fail("http_503");
        return measurement;
    }
}
