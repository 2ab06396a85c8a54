using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using TrackHub.Platform.Telemetry;

namespace TrackHub.Platform.Tests.Telemetry;

public sealed class PrometheusTextTests
{
    [Fact]
    public void Each_kind_of_instrument_is_written_as_the_format_asks()
    {
        using var meter = new Meter($"test-{Guid.NewGuid():N}");
        using var endpoint = new MetricsEndpoint(exporter => Sdk.CreateMeterProviderBuilder().AddMeter(meter.Name).AddReader(new BaseExportingMetricReader(exporter)).Build());
        meter.CreateCounter<long>("some.events", "{event}", "Two\nlines \\ and a slash").Add(3, new KeyValuePair<string, object?>("some.tag", "a\"b\\c\nd"));
        meter.CreateUpDownCounter<long>("open.connections").Add(2);
        meter.CreateObservableGauge("temperature", static () => -1.5, "Cel");
        var histogram = meter.CreateHistogram("wait.duration", "s", "Waits", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1] });
        foreach (var value in new[] { 0.25, 0.75, 8 })
            histogram.Record(value);

        endpoint.Collect().ShouldBe(
            """
            # HELP open_connections 
            # TYPE open_connections gauge
            open_connections 2
            # HELP some_events_total Two\nlines \\ and a slash
            # TYPE some_events_total counter
            some_events_total{some_tag="a\"b\\c\nd"} 3
            # HELP temperature_Cel 
            # TYPE temperature_Cel gauge
            temperature_Cel -1.5
            # HELP wait_duration_seconds Waits
            # TYPE wait_duration_seconds histogram
            wait_duration_seconds_bucket{le="0.5"} 1
            wait_duration_seconds_bucket{le="1"} 2
            wait_duration_seconds_bucket{le="+Inf"} 3
            wait_duration_seconds_sum 9
            wait_duration_seconds_count 3

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Two_meters_with_one_metric_stand_under_one_head()
    {
        var name = $"test-{Guid.NewGuid():N}";
        using var one = new Meter(name, "1");
        using var two = new Meter(name, "2");
        using var endpoint = new MetricsEndpoint(exporter => Sdk.CreateMeterProviderBuilder().AddMeter(name).AddReader(new BaseExportingMetricReader(exporter)).Build());
        one.CreateCounter<long>("hits").Add(1, new KeyValuePair<string, object?>("of", "one"));
        two.CreateCounter<long>("hits").Add(1, new KeyValuePair<string, object?>("of", "two"));

        var text = endpoint.Collect();

        text.Split("# TYPE hits_total counter").Length.ShouldBe(2);
        text.ShouldContain("hits_total{of=\"one\"} 1\n");
        text.ShouldContain("hits_total{of=\"two\"} 1\n");
    }
}
