using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace TrackHub.Testing.Otlp;

/// <summary>Stands in for an OpenTelemetry collector: takes OTLP by gRPC and by HTTP, and keeps what it gets. Thread-safe.</summary>
/// <remarks>Source: https://opentelemetry.io/docs/specs/otlp/.</remarks>
public sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ReadOnlyMemory<byte>> _traces = new();
    private readonly ConcurrentQueue<ReadOnlyMemory<byte>> _metrics = new();
    private readonly ConcurrentQueue<ReadOnlyMemory<byte>> _logs = new();
    private readonly Func<CancellationToken, Task> _beforeAnswer;

    private OtlpCollector(WebApplication app, Func<CancellationToken, Task> beforeAnswer) => (_app, _beforeAnswer) = (app, beforeAnswer);

    /// <summary>Address for gRPC.</summary>
    public Uri Grpc => new(Addresses.First());

    /// <summary>Base address for protobuf over HTTP.</summary>
    public Uri Http => new(Addresses.Last());

    /// <summary>Exports it was sent, of all signals.</summary>
    public int Requests => _traces.Count + _metrics.Count + _logs.Count;

    /// <summary>Everything it was sent, as it came: for scans.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Raw => [.. _traces, .. _metrics, .. _logs];

    /// <summary>Spans so far.</summary>
    public IReadOnlyList<ExportedSpan> Spans => [.. _traces.SelectMany(ExportReader.Spans)];

    /// <summary>Metrics so far, each as often as it came.</summary>
    public IReadOnlyList<ExportedMetric> Metrics => [.. _metrics.SelectMany(ExportReader.Metrics)];

    /// <summary>Log lines so far.</summary>
    public IReadOnlyList<ExportedLog> Logs => [.. _logs.SelectMany(ExportReader.Logs)];

    private ICollection<string> Addresses => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;

    /// <summary>Starts it on free ports.</summary>
    /// <param name="beforeAnswer">What it does before each answer, to be slow; null to answer at once.</param>
    public static async Task<OtlpCollector> StartAsync(Func<CancellationToken, Task>? beforeAnswer = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http1);
        });
        var collector = new OtlpCollector(builder.Build(), beforeAnswer ?? (static _ => Task.CompletedTask));
        collector._app.Run(collector.TakeAsync);
        await collector._app.StartAsync();
        return collector;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext context)
    {
        var isGrpc = context.Request.ContentType is "application/grpc";
        var queue = context.Request.Path.Value switch
        {
            "/v1/traces" or "/opentelemetry.proto.collector.trace.v1.TraceService/Export" => _traces,
            "/v1/metrics" or "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export" => _metrics,
            "/v1/logs" or "/opentelemetry.proto.collector.logs.v1.LogsService/Export" => _logs,
            _ => null,
        };
        if (queue is null || !HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        using var body = new MemoryStream();
        await using Stream source = context.Request.Headers.ContentEncoding == "gzip" ? new GZipStream(context.Request.Body, CompressionMode.Decompress) : context.Request.Body;
        await source.CopyToAsync(body, context.RequestAborted);
        queue.Enqueue(isGrpc ? Message(body.ToArray()) : body.ToArray());
        await _beforeAnswer(context.RequestAborted);

        // An empty response message says that everything was taken.
        context.Response.ContentType = isGrpc ? "application/grpc" : "application/x-protobuf";
        if (!isGrpc)
            return;

        context.Response.DeclareTrailer("grpc-status");
        await context.Response.Body.WriteAsync(new byte[5], context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    /// <summary>The one message of a unary call: a flag, a length, the message. Source: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md.</summary>
    private static ReadOnlyMemory<byte> Message(byte[] body)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(1));
        return body[0] == 0 && length == body.Length - 5 ? body.AsMemory(5) : throw new FormatException("Not one uncompressed message.");
    }
}
