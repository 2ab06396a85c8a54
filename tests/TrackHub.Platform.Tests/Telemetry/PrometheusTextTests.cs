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

        WithoutTarget(endpoint.Collect()).Replace($"otel_scope_name=\"{meter.Name}\"", "SCOPE", StringComparison.Ordinal).ShouldBe(
            """
            # HELP open_connections 
            # TYPE open_connections gauge
            open_connections{SCOPE} 2
            # HELP some_events_total Two\nlines \\ and a slash
            # TYPE some_events_total counter
            some_events_total{SCOPE,some_tag="a\"b\\c\nd"} 3
            # HELP temperature_celsius 
            # TYPE temperature_celsius gauge
            temperature_celsius{SCOPE} -1.5
            # HELP wait_duration_seconds Waits
            # TYPE wait_duration_seconds histogram
            wait_duration_seconds_bucket{SCOPE,le="0.5"} 1
            wait_duration_seconds_bucket{SCOPE,le="1.0"} 2
            wait_duration_seconds_bucket{SCOPE,le="+Inf"} 3
            wait_duration_seconds_sum{SCOPE} 9
            wait_duration_seconds_count{SCOPE} 3

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
        text.ShouldContain($"hits_total{{otel_scope_name=\"{name}\",otel_scope_version=\"1\",of=\"one\"}} 1\n");
        text.ShouldContain($"hits_total{{otel_scope_name=\"{name}\",otel_scope_version=\"2\",of=\"two\"}} 1\n");
    }

    [Fact]
    public void Of_two_kinds_under_one_name_the_first_one_stays()
    {
        var name = $"test-{Guid.NewGuid():N}";
        using var one = new Meter(name, "1");
        using var two = new Meter(name, "2");
        using var endpoint = new MetricsEndpoint(exporter => Sdk.CreateMeterProviderBuilder().AddMeter(name).AddReader(new BaseExportingMetricReader(exporter)).Build());
        one.CreateUpDownCounter<long>("hits_total").Add(7);
        two.CreateCounter<long>("hits").Add(1);

        var text = endpoint.Collect();

        text.ShouldContain("# TYPE hits_total gauge\n");
        text.ShouldNotContain("# TYPE hits_total counter");
        text.Split("\nhits_total{").Length.ShouldBe(2);
    }

    [Theory]
    [InlineData("http.server.request.duration", "s", "histogram", "http_server_request_duration_seconds")]
    [InlineData("wait_seconds", "s", "gauge", "wait_seconds")]
    [InlineData("hits_total", "", "counter", "hits_total")]
    [InlineData("sent_total", "By", "counter", "sent_bytes_total")]
    [InlineData("messages", "{message}", "counter", "messages_total")]
    [InlineData("cache.hit", "1", "gauge", "cache_hit_ratio")]
    [InlineData("cache.hit", "1", "counter", "cache_hit_total")]
    [InlineData("disk", "By/s", "gauge", "disk_bytes_per_second")]
    [InlineData("requests", "{request}/s", "gauge", "requests_per_second")]
    [InlineData("1st..odd  name!", "", "gauge", "_1st_odd_name_")]
    public void Names_and_units_are_translated_as_the_specification_says(string name, string unit, string type, string written) =>
        PrometheusNames.Metric(name, unit, type).ShouldBe(written);

    [Theory]
    [InlineData(0.005, "0.005")]
    [InlineData(1, "1.0")]
    [InlineData(172_800, "172800.0")]
    [InlineData(1_000_000, "1e+06")]
    [InlineData(double.PositiveInfinity, "+Inf")]
    public void Edges_are_canonical_numbers(double edge, string written) => PrometheusNames.Bound(edge).ShouldBe(written);

    private static string WithoutTarget(string text) => text[text.IndexOf("# HELP ", text.IndexOf("target_info{", StringComparison.Ordinal), StringComparison.Ordinal)..];
}
