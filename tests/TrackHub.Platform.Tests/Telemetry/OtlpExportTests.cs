using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Telemetry;
using TrackHub.Testing;
using TrackHub.Testing.Otlp;

namespace TrackHub.Platform.Tests.Telemetry;

public sealed class OtlpExportTests
{
    /// <summary>Of this test alone: sources of spans are the process', so a collector hears those of tests beside it.</summary>
    private readonly string _trace = ActivityTraceId.CreateRandom().ToHexString();

    [Theory]
    [InlineData(OtlpProtocol.Grpc)]
    [InlineData(OtlpProtocol.HttpProtobuf)]
    public async Task Metrics_traces_and_logs_are_sent_by_either_protocol(OtlpProtocol protocol)
    {
        await using var collector = await OtlpCollector.StartAsync();
        var logs = Path.Combine(TestFolder.Next("logs"), "test.log");
        await using var role = await StartAsync(protocol is OtlpProtocol.Grpc ? collector.Grpc : collector.Http, logs, $"--Otlp:Protocol={protocol}");

        await GetAsync(role);

        var properties = System.Text.Json.JsonDocument.Parse(await ReadAsync(logs)).RootElement.GetProperty("Properties");
        (properties.GetProperty("brand").GetString(), properties.GetProperty("trace_id").GetString()).ShouldBe(("brd_example", _trace));
        await Eventually.Holds(
            () =>
            {
                var span = collector.Spans.Single(span => span.TraceId == _trace);   // the collector is a server of this process, too
                (span.Service, span.Name, span.Kind, span.TraceId, span.ParentId).ShouldBe(("test", "GET /own/{secret}", "server", _trace, "b7ad6b7169203331"));
                span.Attributes["http.route"].ShouldBe("/own/{secret}");
                collector.Metrics.ShouldContain(new ExportedMetric("test", "trackhub.dead_letters", "{record}"));
                var line = collector.Logs.Single(static log => log.Body == "A line of one request");
                (line.TraceId, line.Attributes["brand"]).ShouldBe((_trace, "brd_example"));
                return Task.CompletedTask;
            },
            TimeSpan.FromSeconds(30));
        var scan = new CanaryScan().Add("path", "path-of-a-webhook");
        scan.Folder(Path.GetDirectoryName(logs)!).ShouldBeEmpty();
        collector.Raw.SelectMany(export => scan.Bytes("export", export.Span)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_collector_that_never_answers_or_is_away_harms_nobody(bool listens)
    {
        await using var collector = await OtlpCollector.StartAsync(static aborted => Task.Delay(Timeout.Infinite, aborted));
        var role = await StartAsync(listens ? collector.Grpc : new Uri($"http://127.0.0.1:{FreePorts.Next()}"));
        for (var i = 0; i < 50; i++)
            await GetAsync(role);
        if (listens)
            await Eventually.Holds(() => collector.Requests > 0, TimeSpan.FromSeconds(30));
        using var admin = new HttpClient { BaseAddress = RoleHost.AdminAddress(role) };
        (await admin.GetStringAsync("/metrics")).ShouldContain("trackhub_dead_letters_total");
        (await admin.GetAsync("/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);

        // Each of the three signals gives up by itself.
        await role.StopAsync();
        await role.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Without_a_collector_a_request_is_in_its_callers_trace_all_the_same()
    {
        await using var role = await StartAsync(collector: null);

        var trace = await GetAsync(role);
        (trace[..35], trace[^3..]).ShouldBe(($"00-{_trace}", "-00"), "of the caller, not sampled");
        (await GetAsync(role, asked: false)).ShouldBe("none", "and nothing is made for a request that nobody traces");
    }

    [Theory]
    [InlineData("0", 0, 0)]
    [InlineData("1", 200, 200)]
    [InlineData("0.5", 20, 180)]   // some eleven standard deviations to each side
    public async Task Whether_a_request_is_traced_is_our_choice_by_chance(string ratio, int fewest, int most)
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var role = await StartAsync(collector.Grpc, logFile: null, $"--Otlp:TraceRatio={ratio}");

        var traced = 0;
        for (var i = 0; i < 200; i++)
            traced += (await GetAsync(role)).EndsWith("-01", StringComparison.Ordinal) ? 1 : 0;   // the caller always asks for it

        traced.ShouldBeInRange(fewest, most);
    }

    private static async Task<WebApplication> StartAsync(Uri? collector, string? logFile = null, params string[] arguments)
    {
        var builder = RoleHost.CreateBuilder(new()
        {
            Roles = ["test"],
            AdminPort = 0,
            LogFile = logFile,
            Arguments = [.. collector is null ? (string[])[] : [$"--Otlp:Endpoint={collector}"], "--Otlp:TraceRatio=1", "--Otlp:MetricInterval=00:00:01", .. arguments],
        });
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSingleton<StreamMetrics>();
        var app = builder.Build();
        app.MapGet("/own/{secret}", static (HttpContext context, StreamMetrics metrics, ILogger<OtlpExportTests> logger) =>
        {
            metrics.DeadLettered("ledger", "malformed");
            using (logger.BeginBrand("brd_example"))
                logger.LogInformation("A line of one request");
            var headers = new RecordHeaders().TraceParent();
            return headers.TraceParentValue is { } trace ? System.Text.Encoding.ASCII.GetString(trace) : "none";
        });
        await app.StartAsync();
        return app;
    }

    /// <summary>The line of the request.</summary>
    private static async Task<string> ReadAsync(string logs)
    {
        using var reader = new StreamReader(new FileStream(logs, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return (await reader.ReadToEndAsync()).Split('\n').Single(static line => line.Contains("A line of one request", StringComparison.Ordinal));
    }

    private async Task<string> GetAsync(WebApplication role, bool asked = true)
    {
        using var http = new HttpClient { BaseAddress = new(role.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Last()) };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/own/path-of-a-webhook?signature=path-of-a-webhook");
        if (asked)
            request.Headers.TryAddWithoutValidation("traceparent", $"00-{_trace}-b7ad6b7169203331-01").ShouldBeTrue();
        using var answer = await http.SendAsync(request);
        return await answer.Content.ReadAsStringAsync();
    }
}
