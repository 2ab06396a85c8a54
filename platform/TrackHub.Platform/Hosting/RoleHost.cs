using Microsoft.AspNetCore.Builder;

namespace TrackHub.Platform.Hosting;

/// <summary>Which roles a process hosts, and where.</summary>
public sealed record RoleSettings
{
    /// <summary>Role names as on the command line; the first names the process in logs.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>Port of <c>/health</c>, <c>/ready</c> and <c>/metrics</c>; 0 takes a free one.</summary>
    public required int AdminPort { get; init; }

    /// <summary>Address the admin port binds to. Default 127.0.0.1.</summary>
    public string AdminAddress { get; init; } = "127.0.0.1";

    /// <summary>Log file; null logs to the console only.</summary>
    public string? LogFile { get; init; }

    /// <summary>Command-line configuration, <c>--Section:Key=value</c>.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];
}

/// <summary>The house every role lives in: configuration, logs, telemetry, admin endpoints, stop.</summary>
public static class RoleHost
{
    /// <summary>A builder with configuration, logs, metrics, traces, readiness and the admin port; roles add themselves.</summary>
    public static WebApplicationBuilder CreateBuilder(RoleSettings settings) => throw new NotSupportedException("Comes with the next commit.");

    /// <summary>Maps the admin endpoints, runs until stopped, and tells how it ended.</summary>
    /// <returns>0 after an orderly stop; 1 after a configuration fault (each listed on standard error) or when a loop failed.</returns>
    public static Task<int> RunAsync(WebApplication app) => throw new NotSupportedException("Comes with the next commit.");
}
