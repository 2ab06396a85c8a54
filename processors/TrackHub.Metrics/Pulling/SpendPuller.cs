using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using TrackHub.Platform.Streams;

namespace TrackHub.Metrics.Pulling;

/// <summary>Has accounts pulled that are due, several at once; looks for them again and again.</summary>
internal sealed class SpendPuller(SpendPull pull, IOptions<SpendOptions> options, TimeProvider clock) : BackgroundService
{
    private readonly SpendOptions _options = options.Value;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(Enumerable.Range(0, _options.Concurrency).Select(_ => PullAsync(stoppingToken)));

    private async Task PullAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            if (!await PullWhileThereAsync(stoppingToken))
                await Task.Delay(_options.CheckInterval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> PullWhileThereAsync(CancellationToken stoppingToken)
    {
        try
        {
            return await pull.RunAsync(stoppingToken);
        }
        catch (Exception failure) when (Dependencies.IsAway(failure))
        {
            return false;   // readiness tells of it; what was taken is due again when its lease ends
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
