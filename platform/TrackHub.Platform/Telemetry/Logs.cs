using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting.Json;
using TrackHub.Platform.Hosting;

namespace TrackHub.Platform.Telemetry;

/// <summary>JSON logs: one object a line with time, level, template, properties and role; with brand and trace_id where the work is for one record or request. No personal data: templates name ids only.</summary>
internal static class Logs
{
    private const long FileBytes = 64L << 20;
    private const int FilesKept = 5;

    public static void AddLogs(this WebApplicationBuilder builder, RoleSettings settings)
    {
        var level = builder.Configuration.GetValue("Log:Level", LogEventLevel.Information);
        var format = new JsonFormatter(renderMessage: true);
        var logs = new LoggerConfiguration()
            .MinimumLevel.Is(level)
            .Enrich.FromLogContext()
            .Enrich.With<TraceId>()
            .Enrich.WithProperty("role", settings.Name)

            // Standard output belongs to commands' data.
            .WriteTo.Console(format, standardErrorFromLevel: LevelAlias.Minimum);
        if (settings.LogFile is { } file)
            logs.WriteTo.File(format, file, fileSizeLimitBytes: FileBytes, rollOnFileSizeLimit: true, retainedFileCountLimit: FilesKept, shared: false);

        builder.Logging.ClearProviders();

        // The levels of both libraries count alike.
        builder.Logging.SetMinimumLevel((LogLevel)level);

        builder.Logging.AddSerilog(logs.CreateLogger(), dispose: true);

        // The framework's lines tell request lines and addresses, which hold write keys and webhook paths; of Npgsql they tell statements.
        foreach (var noisy in new[] { "Microsoft", "System.Net.Http", "Npgsql" })
            builder.Logging.Limit(noisy, LogLevel.Warning);

        // Enabled at any level, it puts each request's path on every line of the request.
        builder.Logging.Limit("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
    }

    /// <summary>Limits a category for every provider: Serilog takes everything by a rule of its own, which only another of its own can narrow.</summary>
    private static void Limit(this ILoggingBuilder logging, string category, LogLevel level) =>
        logging.AddFilter(category, level).AddFilter<SerilogLoggerProvider>(category, level);

    /// <summary>The request's or record's trace on every line, under the name that <see cref="RecordScope"/> gives it.</summary>
    private sealed class TraceId : ILogEventEnricher
    {
        public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
        {
            if (logEvent.TraceId is { } trace)
                logEvent.AddPropertyIfAbsent(propertyFactory.CreateProperty(RecordScope.TraceId, trace.ToHexString()));
        }
    }
}
