using System.Collections.Concurrent;
using TrackHub.Platform.AdPlatforms;
using TrackHub.Platform.Tenants;

namespace TrackHub.ConsoleTests.Performance;

/// <summary>An ad platform that says what it is told to, and remembers what it was asked.</summary>
internal sealed class AskedPlatform(string name) : IAdPlatform
{
    /// <summary>The one key it takes.</summary>
    public const string RightKey = "EAAB-canary-right-key";

    /// <summary>A key it never answers about.</summary>
    public const string SilentKey = "EAAB-canary-silent-key";

    public string Name => name;

    /// <summary>Accounts it was asked about, oldest first.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    public async Task<AdValidation> ValidateAsync(Secret<string> key, string accountId, CancellationToken cancellationToken)
    {
        Asked.Enqueue(accountId);
        if (key.Reveal() == SilentKey)
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        return key.Reveal() == RightKey
            ? new(Success: true, $"{name} takes the key.", new("America/Sao_Paulo", "BRL"))
            : new(Success: false, $"{name} does not know the key. Issue another.", Account: null);
    }

    public Task<AdPull> PullAsync(Secret<string> key, string accountId, int days, DateTimeOffset now, CancellationToken cancellationToken) =>
        throw new NotSupportedException("The console pulls nothing.");
}
