using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using TrackHub.ConsoleApi.Answering;
using TrackHub.ConsoleApi.Performance.Asking;
using TrackHub.Platform.AdPlatforms;
using TrackHub.Platform.Tenants;

namespace TrackHub.ConsoleApi.Performance.Validating;

/// <summary>A key and the account it is for, as a platform can be asked about them.</summary>
/// <param name="Platform">One of <see cref="AdPlatformNames"/>.</param>
/// <param name="AccountId">As <see cref="AccountIds"/> writes it.</param>
/// <param name="Key">The key.</param>
internal sealed record AccountKey(string Platform, string AccountId, Secret<string> Key)
{
    /// <summary>Reads what somebody gave. No fault repeats the key.</summary>
    public static bool TryRead(string platform, string? accountId, Secret<string>? key, [NotNullWhen(true)] out AccountKey? account, [NotNullWhen(false)] out Problem? problem)
    {
        account = null;
        if (!AccountIds.TryNormalize(platform, accountId, out var normal))
        {
            problem = Problems.Malformed(
                $"accountId {(string.IsNullOrEmpty(accountId) ? "is missing" : $"is '{Asked.Shown(accountId)}'")}: give the ad account's id, such as {(platform == AdPlatformNames.Meta ? "act_1234567890" : "123-456-7890")} for {platform}.");
            return false;
        }

        if (key is null || !IntegrationStore.IsKey(key.Reveal()))
        {
            problem = Problems.Malformed($"apiKey is missing or no key, which has 1 to 4096 characters and no space: send that of {platform} as it was issued.");
            return false;
        }

        (account, problem) = (new(platform, normal, key), null);
        return true;
    }
}

/// <summary>Asks the ad platforms whether they take a key. Thread-safe.</summary>
internal sealed class KeyCheck(IEnumerable<IAdPlatform> platforms, IOptions<PerformanceOptions> options, TimeProvider clock)
{
    private readonly Dictionary<string, IAdPlatform> _platforms = platforms.ToDictionary(static platform => platform.Name, StringComparer.Ordinal);
    private readonly TimeSpan _limit = options.Value.ValidationTimeout;

    /// <summary>Asks. A platform that does not answer in time does not take it.</summary>
    public async Task<AdValidation> AskAsync(AccountKey account, CancellationToken aborted)
    {
        using var late = new CancellationTokenSource(_limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(aborted, late.Token);
        try
        {
            return await _platforms[account.Platform].ValidateAsync(account.Key, account.AccountId, either.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !aborted.IsCancellationRequested)
        {
            return new(Success: false, $"{account.Platform} did not answer within {_limit.TotalSeconds:0.#} s. Try again later.", Account: null);
        }
    }
}
