using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using TrackHub.Platform.Hosting;

namespace TrackHub.Platform.Telemetry;

/// <summary>Metrics for the admin port and, with <c>Otlp:Endpoint</c>, metrics, traces and logs to a collector.</summary>
/// <remarks>
/// A collector that is away or slow costs no role anything: exports run on threads of their own, from queues that drop when they are full (2,048 spans,
/// 2,048 log lines), and an export takes at most <see cref="ExportLimit"/>.
/// </remarks>
internal static class TelemetryRegistration
{
    /// <summary>Longest wait for one export.</summary>
    public static readonly TimeSpan ExportLimit = TimeSpan.FromSeconds(2);

    /// <summary>Longest wait for what is left of one signal when the process ends.</summary>
    public static readonly TimeSpan LastExportLimit = TimeSpan.FromSeconds(1);

    private const int ExportEveryMs = 1_000;

    // Counted up and down for each request; connections and durations tell as much.
    private const string ActiveRequests = "http.server.active_requests";

    // The framework's and the drivers' own sources need no instrumentation package.
    private static readonly string[] Meters = ["TrackHub.*", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime", "Npgsql"];
    private static readonly string[] Sources = ["TrackHub.*", "System.Net.Http", "Npgsql"];

    public static void AddTelemetry(this WebApplicationBuilder builder, RoleSettings settings)
    {
        builder.AddSection<OtlpOptions>("Otlp");
        builder.Services.AddMetrics();
        builder.Services.AddSingleton<HostMetrics>();
        builder.Services.AddSingleton<IStartupFilter, RequestTrace.Filter>();
        builder.Services.AddSingleton(provider => new MetricsEndpoint(exporter =>
        {
            var otlp = provider.GetRequiredService<IOptions<OtlpOptions>>().Value;
            var own = provider.GetRequiredService<IMeterFactory>();
            var meters = Sdk.CreateMeterProviderBuilder()
                .ConfigureResource(resource => Describe(resource, settings))
                .AddMeter(Meters)
                .AddView(ActiveRequests, MetricStreamConfiguration.Drop)

                // Another host of this process has meters of the same names: what ends with it would end here as well.
                .AddView(instrument => instrument.Meter.Scope is IMeterFactory other && other != own ? MetricStreamConfiguration.Drop : null)
                .AddReader(new BaseExportingMetricReader(exporter));
            if (otlp.Endpoint is not null)
            {
                meters.AddOtlpExporter((target, reader) =>
                {
                    Aim(target, otlp, "metrics");
                    reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)otlp.MetricInterval.TotalMilliseconds;
                    reader.PeriodicExportingMetricReaderOptions.ExportTimeoutMilliseconds = (int)ExportLimit.TotalMilliseconds;
                });
            }

            return meters.Build();
        }));
        builder.Services.AddHostedService(provider => new Telemetry(provider, settings));
        builder.AddLogExport(settings);
    }

    private static void AddLogExport(this WebApplicationBuilder builder, RoleSettings settings)
    {
        // Wanted before the options are validated: loggers are made first.
        var otlp = SectionOptions.Read<OtlpOptions>(builder.Configuration, "Otlp");
        if (otlp.Endpoint is null)
            return;

        builder.Logging.AddOpenTelemetry(logs =>
        {
            logs.IncludeScopes = true;
            logs.IncludeFormattedMessage = true;
            var resource = ResourceBuilder.CreateDefault();
            Describe(resource, settings);
            logs.SetResourceBuilder(resource);
            logs.AddOtlpExporter((target, processor) =>
            {
                Aim(target, otlp, "logs");
                Bound(processor.BatchExportProcessorOptions);
            });
        });
    }

    private static void Describe(ResourceBuilder resource, RoleSettings settings) =>
        resource.AddService(settings.Name, serviceNamespace: "trackhub", serviceVersion: typeof(RoleHost).Assembly.GetName().Version?.ToString());

    private static void Aim(OtlpExporterOptions target, OtlpOptions otlp, string signal)
    {
        target.Protocol = otlp.Protocol is OtlpProtocol.Grpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;

        // With HTTP the exporter takes an address that it is given as it is.
        target.Endpoint = otlp.Protocol is OtlpProtocol.Grpc ? otlp.Endpoint! : new Uri($"{otlp.Endpoint!.ToString().TrimEnd('/')}/v1/{signal}");
        target.TimeoutMilliseconds = (int)ExportLimit.TotalMilliseconds;
        if (otlp.Headers is { Length: > 0 } headers)
            target.Headers = headers;
    }

    private static void Bound<T>(BatchExportProcessorOptions<T> batches)
        where T : class
    {
        batches.ExporterTimeoutMilliseconds = (int)ExportLimit.TotalMilliseconds;
        batches.ScheduledDelayMilliseconds = ExportEveryMs;
    }

    /// <summary>Starts measuring before the roles do, and sends what is left when the host ends.</summary>
    private sealed class Telemetry(IServiceProvider services, RoleSettings settings) : IHostedService, IDisposable
    {
        private TracerProvider? _traces;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            services.GetRequiredService<MetricsEndpoint>();
            services.GetRequiredService<HostMetrics>();

            var otlp = services.GetRequiredService<IOptions<OtlpOptions>>().Value;
            if (otlp.Endpoint is null)
                return Task.CompletedTask;

            _traces = Sdk.CreateTracerProviderBuilder()
                .ConfigureResource(resource => Describe(resource, settings))
                .SetSampler<IngressSampler>()
                .AddSource(Sources)
                .AddOtlpExporter(target =>
                {
                    Aim(target, otlp, "traces");
                    Bound(target.BatchExportProcessorOptions);
                })
                .Build();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
            _traces?.Shutdown((int)LastExportLimit.TotalMilliseconds);
            _traces?.Dispose();
        }
    }
}
