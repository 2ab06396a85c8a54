using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TrackHub.Platform.AdPlatforms;
using TrackHub.Platform.Streams;

namespace TrackHub.Metrics.Pulling;

/// <summary>Pulls one account that is due: asks its platform, tells the log, notes the result.</summary>
/// <remarks>
/// The result is noted only after every record is durable: whoever dies in between leaves an account that is pulled again, and records that the next pull replaces. One
/// account's refusal ends with that account.
/// </remarks>
internal sealed partial class SpendPull(
    IntegrationLeases leases, IEnumerable<IAdPlatform> platforms, RecordProducer producer, IOptions<SpendOptions> options, SpendMetrics metrics, TimeProvider clock, ILogger<SpendPull> logger)
{
    private readonly SpendOptions _options = options.Value;
    private readonly Dictionary<string, IAdPlatform> _platforms = platforms.ToDictionary(static platform => platform.Name, StringComparer.Ordinal);

    /// <summary>Pulls the account that is due longest.</summary>
    /// <returns>False: none is due.</returns>
    public async Task<bool> RunAsync(CancellationToken stoppingToken)
    {
        if (await leases.TakeAsync(_options.TimeLimit + _options.LeaseMargin, _options.WideInterval, stoppingToken) is not { } taken)
            return false;

        var started = clock.GetTimestamp();
        var pull = await AskAsync(taken, stoppingToken);
        if (pull.Fault is null && await TellAsync(taken, pull, stoppingToken) is { } untold)
            pull = new() { Fault = untold };

        await NoteAsync(taken, pull, stoppingToken);
        metrics.Pulled(taken.Platform, pull.Fault?.Kind, pull.Hours.Count, clock.GetElapsedTime(started));
        return true;
    }

    private async Task<AdPull> AskAsync(LeasedIntegration taken, CancellationToken stoppingToken)
    {
        if (taken.Key is not { } key)
            return new() { Fault = new(AdFaultKind.Refused, "The stored key cannot be opened. Save it again.") };

        using var limit = new CancellationTokenSource(_options.TimeLimit, clock);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stoppingToken);
        try
        {
            return await _platforms[taken.Platform].PullAsync(key, taken.AccountId, taken.IsWide ? _options.WideDays : _options.RecentDays, taken.TakenAt, ended.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !stoppingToken.IsCancellationRequested)
        {
            return new() { Fault = new(AdFaultKind.Away, $"The platform took longer than {_options.TimeLimit}.") };
        }
    }

    /// <summary>Records of the pull; null once they are durable.</summary>
    private async Task<AdFault?> TellAsync(LeasedIntegration taken, AdPull pull, CancellationToken stoppingToken)
    {
        try
        {
            await producer.ProduceAllAsync(SpendRecords.Of(taken, pull.Account!, pull.Hours), stoppingToken);
            return null;
        }
        catch (Exception failure) when (failure is LogUnavailableException or DependencyAwayException)
        {
            return new(AdFaultKind.Away, "The log is away.");
        }
    }

    private async Task NoteAsync(LeasedIntegration taken, AdPull pull, CancellationToken stoppingToken)
    {
        var isOurs = pull.Fault switch
        {
            null => await leases.SucceedAsync(taken, pull.Account!, Jittered(_options.Interval), stoppingToken),
            { Kind: AdFaultKind.Refused } fault => await leases.RefuseAsync(taken, fault.Message, Jittered(_options.ErrorInterval), stoppingToken),
            { RetryAfter: { } asked } => await leases.PostponeAsync(taken, Later(asked), stoppingToken),
            _ => await leases.PostponeAsync(taken, Later(BackOff(taken.Failures)), stoppingToken),
        };

        if (pull.Fault is { } why)
            Log.Failed(logger, taken.BrandId, taken.Platform, why.Kind, why.Message);
        if (!isOurs)
            Log.Overtaken(logger, taken.BrandId, taken.Platform);
    }

    private TimeSpan BackOff(int failures) =>
        TimeSpan.FromTicks(Math.Min(_options.ErrorInterval.Ticks, _options.RetryInterval.Ticks * (1L << Math.Min(failures, 12))));

    // Accounts that were added together shall not be pulled together for ever.
    private static TimeSpan Jittered(TimeSpan wait) => wait * (0.9 + Random.Shared.NextDouble() / 5);

    // Never sooner than asked: a call made while throttled lengthens the wait.
    private static TimeSpan Later(TimeSpan wait) => wait * (1 + Random.Shared.NextDouble() / 10);

    private static partial class Log
    {
        [LoggerMessage(5021, LogLevel.Warning, "Spend of brand {Brand} at {Platform} could not be pulled ({Kind}): {Reason}")]
        public static partial void Failed(ILogger logger, string brand, string platform, AdFaultKind kind, string reason);

        [LoggerMessage(5022, LogLevel.Information, "The account of brand {Brand} at {Platform} was changed, or taken by another, while it was pulled; its result is not noted")]
        public static partial void Overtaken(ILogger logger, string brand, string platform);
    }
}
