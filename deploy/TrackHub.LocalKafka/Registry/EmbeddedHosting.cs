using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace TrackHub.LocalKafka.Registry;

/// <summary>The registry is a part of a process, not its host: signals and console are the outer host's.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Passes the web server's log lines on to the broker's log.</summary>
internal sealed class ForwardingLoggerProvider(ILoggerFactory loggers) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => loggers.CreateLogger(categoryName);

    /// <summary>The factory belongs to the caller.</summary>
    public void Dispose()
    {
    }
}
