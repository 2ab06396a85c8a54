using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TrackHub.Platform.Telemetry;

namespace TrackHub.Platform.Hosting;

/// <summary>Which roles a process hosts, and where.</summary>
public sealed record RoleSettings
{
    /// <summary>Role names as on the command line; joined by <c>+</c> they name the process in logs.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>Port of <c>/health</c>, <c>/ready</c> and <c>/metrics</c>; 0 takes a free one.</summary>
    public required int AdminPort { get; init; }

    /// <summary>Address the admin port binds to. Default 127.0.0.1.</summary>
    public string AdminAddress { get; init; } = "127.0.0.1";

    /// <summary>Log file; null logs to standard error only.</summary>
    public string? LogFile { get; init; }

    /// <summary>Command-line configuration, <c>--Section:Key=value</c>.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The roles in one word.</summary>
    internal string Name => string.Join('+', Roles);
}

/// <summary>The house every role lives in: configuration, logs, telemetry, admin endpoints, stop.</summary>
public static partial class RoleHost
{
    /// <summary>Limit of an orderly stop; a batch at work has 5 s of it (<see cref="Streams.BatchRetry.StopGrace"/>).</summary>
    public static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(8);

    /// <summary>A builder with configuration, logs, metrics, traces, readiness and the admin port; roles add themselves.</summary>
    /// <remarks>Configuration: <c>appsettings.json</c> beside the program, then environment <c>TRACKHUB_…</c>, then the command line.</remarks>
    public static WebApplicationBuilder CreateBuilder(RoleSettings settings)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "trackhub", ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Sources.Clear();
        builder.Configuration
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true, reloadOnChange: false)
            .AddEnvironmentVariables("TRACKHUB_")
            .AddCommandLine([.. settings.Arguments]);

        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<Readiness>();
        builder.Services.AddSingleton<RoleHealth>();
        builder.Services.Configure<HostOptions>(static options =>
        {
            options.ShutdownTimeout = ShutdownLimit;
            options.ServicesStopConcurrently = true;
            options.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.StopHost;
        });

        builder.AddLogs(settings);
        builder.AddTelemetry(settings);
        builder.AddAdminPort(settings);
        return builder;
    }

    /// <summary>Validates the configuration, runs until stopped, and tells how it ended.</summary>
    /// <returns>0 after an orderly stop; 1 after a configuration fault (each listed on standard error) or when a loop failed.</returns>
    public static async Task<int> RunAsync(WebApplication app)
    {
        await using (app)
        {
            var loops = new List<BackgroundService>();
            try
            {
                // Before anything is built from the options, so that all faults are told at once.
                app.Services.GetService<IStartupValidator>()?.Validate();
                loops.AddRange(app.Services.GetServices<IHostedService>().OfType<BackgroundService>());
                await app.StartAsync();
                await app.WaitForShutdownAsync();
            }
            catch (Exception failure) when (Faults(failure) is { Count: > 0 } faults)
            {
                await Console.Error.WriteLineAsync($"The configuration has {faults.Count} fault(s):{Environment.NewLine}  {string.Join(Environment.NewLine + "  ", faults)}");
                return 1;
            }
            catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
            {
                // Stopped, or a loop failed, before all had started: told below.
            }
#pragma warning disable CA1031 // The last frame: a taken port, a wrong master key, a log file that cannot be written. The host has logged the rest.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                await Console.Error.WriteLineAsync($"Cannot start: {failure.Message}");
                return 1;
            }

            var failed = loops.Where(static loop => loop.ExecuteTask is { IsFaulted: true }).ToList();
            foreach (var loop in failed)
                Log.LoopFailed(app.Logger, loop.GetType().Name, loop.ExecuteTask!.Exception!.GetBaseException());
            return failed.Count == 0 ? 0 : 1;
        }
    }

    /// <summary>Address of the admin port of a started host, its real port filled in.</summary>
    public static Uri AdminAddress(WebApplication app)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        return new(addresses.Addresses.First());   // the first listener, see AddAdminPort
    }

    private static List<string> Faults(Exception failure) => failure switch
    {
        OptionsValidationException options => [.. options.Failures],
        AggregateException several => [.. several.Flatten().InnerExceptions.SelectMany(Faults)],
        _ => [],
    };

    private static partial class Log
    {
        [LoggerMessage(1001, LogLevel.Critical, "{Loop} failed: the process ends, to be started again")]
        public static partial void LoopFailed(ILogger logger, string loop, Exception failure);
    }
}
