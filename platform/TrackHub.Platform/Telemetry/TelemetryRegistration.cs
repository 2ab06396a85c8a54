using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using TrackHub.Platform.Hosting;

namespace TrackHub.Platform.Telemetry;

/// <summary>Where metrics and traces are sent. Bound from section <c>Otlp</c>.</summary>
public sealed class OtlpOptions
{
    /// <summary>Address of an OTLP collector (gRPC). Not set: nothing is sent; <c>/metrics</c> is served all the same.</summary>
    public Uri? Endpoint { get; set; }
}

/// <summary>Metrics for the admin port and, with <c>Otlp:Endpoint</c>, metrics and traces to a collector.</summary>
internal static class TelemetryRegistration
{
    // The framework's and the drivers' own sources need no instrumentation package.
    private static readonly string[] Meters = ["TrackHub.*", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime", "Npgsql"];
    private static readonly string[] Sources = ["TrackHub.*", "Microsoft.AspNetCore", "System.Net.Http", "Npgsql"];

    public static void AddTelemetry(this WebApplicationBuilder builder, RoleSettings settings)
    {
        builder.AddSection<OtlpOptions>("Otlp");
        builder.Services.AddMetrics();
        builder.Services.AddSingleton(provider => new MetricsEndpoint(exporter =>
        {
            var meters = Sdk.CreateMeterProviderBuilder()
                .ConfigureResource(resource => Describe(resource, settings))
                .AddMeter(Meters)
                .AddReader(new BaseExportingMetricReader(exporter));
            if (provider.GetRequiredService<IOptions<OtlpOptions>>().Value.Endpoint is { } endpoint)
                meters.AddOtlpExporter(options => options.Endpoint = endpoint);
            return meters.Build();
        }));
        builder.Services.AddHostedService(provider => new Telemetry(provider, settings));
    }

    private static void Describe(ResourceBuilder resource, RoleSettings settings) =>
        resource.AddService(settings.Name, serviceNamespace: "trackhub", serviceVersion: typeof(RoleHost).Assembly.GetName().Version?.ToString());

    /// <summary>Starts measuring before the roles do, and sends what is left when the host ends.</summary>
    private sealed class Telemetry(IServiceProvider services, RoleSettings settings) : IHostedService, IDisposable
    {
        private TracerProvider? _traces;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            services.GetRequiredService<MetricsEndpoint>();
            if (services.GetRequiredService<IOptions<OtlpOptions>>().Value.Endpoint is { } endpoint)
            {
                _traces = Sdk.CreateTracerProviderBuilder()
                    .ConfigureResource(resource => Describe(resource, settings))
                    .AddSource(Sources)
                    .AddOtlpExporter((OtlpExporterOptions options) => options.Endpoint = endpoint)
                    .Build();
            }

            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose() => _traces?.Dispose();
    }
}
