using System.ComponentModel.DataAnnotations;

namespace TrackHub.Platform.Telemetry;

/// <summary>How OTLP is spoken.</summary>
public enum OtlpProtocol
{
    /// <summary>gRPC over HTTP/2; collectors listen on 4317.</summary>
    Grpc,

    /// <summary>Protobuf over HTTP/1.1; collectors listen on 4318, below <c>/v1/traces</c>, <c>/v1/metrics</c> and <c>/v1/logs</c>.</summary>
    HttpProtobuf,
}

/// <summary>Where metrics, traces and logs are sent. Bound from section <c>Otlp</c>.</summary>
public sealed class OtlpOptions
{
    /// <summary>Base address of an OTLP collector. Not set: nothing is sent; <c>/metrics</c> is served all the same.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>Grpc, the default, or HttpProtobuf.</summary>
    public OtlpProtocol Protocol { get; set; } = OtlpProtocol.Grpc;

    /// <summary>Headers of every export, <c>name=value</c> separated by commas: what a collector asks for as proof. A secret.</summary>
    public string? Headers { get; set; }

    /// <summary>
    /// Share of events whose way is traced, 0 to 1, decided at the ingress at random. Default 0.01: a trace a second at 100 events a second. What a caller's
    /// <c>traceparent</c> says about sampling does not count: strangers would decide what we pay for.
    /// </summary>
    [Range(0, 1)]
    public double TraceRatio { get; set; } = 0.01;

    /// <summary>Time between two exports of metrics, 1 s to 5 min. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan MetricInterval { get; set; } = TimeSpan.FromSeconds(15);
}
