using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Json;
using TrackHub.Platform.Hosting;

namespace TrackHub.Platform.Telemetry;

/// <summary>JSON logs: one object a line with time, level, template, properties, role and trace id. No personal data: templates name ids only.</summary>
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
            .Enrich.WithProperty("role", settings.Name)

            // Standard output belongs to commands' data.
            .WriteTo.Console(format, standardErrorFromLevel: LevelAlias.Minimum);
        if (settings.LogFile is { } file)
            logs.WriteTo.File(format, file, fileSizeLimitBytes: FileBytes, rollOnFileSizeLimit: true, retainedFileCountLimit: FilesKept, shared: false);

        builder.Logging.ClearProviders();

        // The levels of both libraries count alike.
        builder.Logging.SetMinimumLevel((LogLevel)level);

        // The framework's lines tell request lines and addresses, which hold write keys and webhook paths; of Npgsql they tell statements.
        foreach (var noisy in new[] { "Microsoft", "System.Net.Http", "Npgsql" })
            builder.Logging.AddFilter(noisy, LogLevel.Warning);
        builder.Logging.AddSerilog(logs.CreateLogger(), dispose: true);
    }
}
