using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using TrackHub.Testing;
using TrackHub.Testing.Otlp;

namespace TrackHub.EndToEnd.Telemetry;

/// <summary>What the shipped system says of itself, and what it must not say.</summary>
[Collection(nameof(OneAtATime))]
public sealed partial class TelemetryTests(TelemetryRun run) : IClassFixture<TelemetryRun>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_sale_is_one_trace_from_the_webhook_to_each_call_to_Meta()
    {
        var (trace, caller) = Parts(run.CallersTraceParent);
        await Eventually.Holds(
            () =>
            {
                var spans = run.Collector.Spans.Where(span => span.TraceId == trace).ToDictionary(static span => span.SpanId, StringComparer.Ordinal);
                var calls = spans.Values.Where(static span => span is { Kind: "client", Name: "POST" }).ToList();
                calls.Count.ShouldBe(2, string.Join('\n', spans.Values));
                foreach (var call in calls)
                {
                    Way(call, spans).ShouldBe(
                    [
                        "ingest server POST /webhooks/{gateway}/{connection}", "ingest producer send ingest-events", "matcher consumer process ingest-events",
                        "matcher producer send capi-dispatch", "dispatcher consumer process capi-dispatch", "dispatcher internal deliver Purchase", "dispatcher client POST",
                    ]);
                    call.Attributes["http.response.status_code"].ShouldBe("200");
                    call.Attributes["url.full"].ShouldEndWith("/events");
                }

                // What follows is there too: the audit, the outcome, the rows.
                var others = spans.Values.Select(static span => $"{span.Service} {span.Name}").ToHashSet(StringComparer.Ordinal);
                others.ShouldContain("dispatcher send dispatch-attempts");
                others.ShouldContain("dispatcher send event-outcomes");
                others.ShouldContain("ledger process conversions");
                spans.Values.Single(static span => span.Kind == "server").ParentId.ShouldBe(caller);
                return Task.CompletedTask;
            },
            Patience);

        var all = run.Collector.Spans;

        // At least once: a record read again is processed again, in a batch of its own.
        var processed = all.Where(span => span.TraceId == trace && span is { Service: "matcher", Kind: "consumer" }).ToList();
        processed.ShouldNotBeEmpty();
        foreach (var matched in processed)
        {
            matched.Attributes["messaging.consumer.group.name"].ShouldBe("matcher");
            matched.Attributes["trackhub.brand"].ShouldBe(run.Brand);
            var batch = all.Single(span => span.SpanId == matched.Links.Single(static _ => true).SpanId);
            batch.Name.ShouldBe("process batch");
            batch.Links.ShouldContain((trace, matched.SpanId));
        }

        all.Single(span => span.TraceId == trace && span.Kind == "server").Attributes.Keys.Order(StringComparer.Ordinal)
            .ShouldBe(["http.request.method", "http.response.status_code", "http.route", "url.path", "url.scheme"]);
    }

    [Theory]
    [InlineData("text", "text/plain")]
    [InlineData("openmetrics", "application/openmetrics-text")]
    public async Task Metrics_of_every_process_are_read_by_Prometheus_own_parser(string format, string accepted)
    {
        var documented = Tags();
        foreach (var (port, expected) in new Dictionary<int, string[]>
        {
            [10] = ["messaging_client_sent_messages", "trackhub_ingest_accepted", "trackhub_ingest_refused", "http_server_request_duration_seconds", "trackhub_dead_letters"],
            [11] = ["messaging_client_consumed_messages", "messaging_client_sent_messages", "messaging_process_duration_seconds", "trackhub_consumer_lag", "trackhub_consumer_overdue_seconds"],
            [12] = ["messaging_client_consumed_messages", "trackhub_dispatcher_calls", "trackhub_consumer_overdue_seconds", "http_client_request_duration_seconds"],
            [13] = ["messaging_client_consumed_messages", "messaging_process_duration_seconds", "trackhub_consumer_lag", "trackhub_ledger_records"],
            [14] = ["messaging_client_consumed_messages", "messaging_process_duration_seconds", "trackhub_consumer_lag", "trackhub_metrics_records"],
            [16] = ["trackhub_broker_requests", "trackhub_broker_request_duration_seconds"],
        })
        {
            using var http = new HttpClient();
            http.DefaultRequestHeaders.Add("Accept", accepted);
            using var answer = await http.GetAsync($"http://127.0.0.1:{run.Machine.PortBase + port}/metrics");
            answer.Content.Headers.ContentType!.MediaType.ShouldBe(accepted);

            var families = await ParseAsync(format, await answer.Content.ReadAsStringAsync());

            foreach (var name in expected.Concat(port == 16 ? [] : ["trackhub_dependency_ready"]))
                families.Keys.ShouldContain(name, $"port +{port}");
            foreach (var (name, family) in families.Where(static family => family.Key.StartsWith("trackhub_", StringComparison.Ordinal) || family.Key.StartsWith("messaging_", StringComparison.Ordinal)))
                family.GetProperty("samples").EnumerateArray().SelectMany(static sample => sample.GetProperty("labels").EnumerateObject()).Select(static label => label.Name)
                    .Except(documented).ShouldBeEmpty(name);
        }
    }

    [Fact]
    public async Task Metrics_and_logs_reach_the_collector_from_every_process()
    {
        var (trace, _) = Parts(run.DeadTraceParent);
        await Eventually.Holds(
            () =>
            {
                foreach (var service in new[] { "ingest", "matcher", "dispatcher", "ledger", "metrics", "broker" })
                    run.Collector.Metrics.ShouldContain(metric => metric.Service == service && metric.Name == "trackhub.loops.stuck" && metric.Unit == "{loop}", service);
                run.Collector.Metrics.ShouldContain(static metric => metric.Name == "messaging.process.duration" && metric.Unit == "s");
                var line = run.Collector.Logs.Single(log => log.TraceId == trace);
                line.Body.ShouldContain("could not be mapped");
                line.Attributes["brand"].ShouldBe(run.Brand);
                return Task.CompletedTask;
            },
            Patience);
    }

    [Fact]
    public async Task A_log_line_about_a_request_names_brand_and_trace()
    {
        var (trace, _) = Parts(run.DeadTraceParent);

        var lines = await File.ReadAllLinesAsync(Path.Combine(run.Machine.Data, "logs/ingest.log"));

        var properties = JsonDocument.Parse(lines.Single(line => line.Contains("could not be mapped", StringComparison.Ordinal) && line.Contains(trace, StringComparison.Ordinal)))
            .RootElement.GetProperty("Properties");
        properties.GetProperty("brand").GetString().ShouldBe(run.Brand);
        properties.GetProperty("trace_id").GetString().ShouldBe(trace);
        properties.GetProperty("role").GetString().ShouldBe("ingest");
    }

    [Fact]
    public async Task Nothing_personal_and_no_secret_lies_anywhere_in_clear_or_as_a_plain_hash() =>
        (await run.FindingsAsync()).ShouldBeEmpty();

    private static (string Trace, string Span) Parts(string traceParent) => (traceParent.Split('-')[1], traceParent.Split('-')[2]);

    /// <summary>From the root to a span.</summary>
    private static List<string> Way(ExportedSpan span, Dictionary<string, ExportedSpan> spans)
    {
        var way = new List<string>();
        for (var at = span; at is not null; at = spans.GetValueOrDefault(at.ParentId))
            way.Insert(0, $"{at.Service} {at.Kind} {at.Name}");
        return way;
    }

    private static async Task<Dictionary<string, JsonElement>> ParseAsync(string format, string metrics)
    {
        using var parser = Process.Start(new ProcessStartInfo("/usr/bin/python3", [Path.Combine(Machine.Root, "tests/TrackHub.EndToEnd/Telemetry/metrics.py"), format])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var (output, error) = (parser.StandardOutput.ReadToEndAsync(), parser.StandardError.ReadToEndAsync());
        await parser.StandardInput.WriteAsync(metrics);
        parser.StandardInput.Close();
        await parser.WaitForExitAsync();
        parser.ExitCode.ShouldBe(0, await error);
        return JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(await output)!;
    }

    /// <summary>Every tag that docs/metrics.md names, as a label, and those of every series.</summary>
    private static HashSet<string> Tags() =>
    [
        .. Row().Matches(File.ReadAllText(Path.Combine(Machine.Root, "docs/metrics.md")))
            .SelectMany(static row => row.Groups["tags"].Value.Split(',', StringSplitOptions.TrimEntries)).Select(static tag => tag.Replace('.', '_')),
        "otel_scope_name", "otel_scope_version", "le",
    ];

    [GeneratedRegex(@"^\| `[a-z._]+` \|[^|]*\|(?<tags>[^|]*)\|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();
}
