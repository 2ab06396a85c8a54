using TrackHub.Platform.Tenants;

namespace TrackHub.Platform.AdPlatforms;

/// <summary>A platform that ads are bought from: asked whether it takes a key, and what an account cost. Thread-safe.</summary>
/// <remarks>Whatever the platform answers is a value; no exception, message or log line carries a key.</remarks>
public interface IAdPlatform
{
    /// <summary>One of <see cref="AdPlatformNames"/>.</summary>
    string Name { get; }

    /// <summary>Asks the platform for the account, with the key and nothing else.</summary>
    /// <param name="key">As its owner gave it.</param>
    /// <param name="accountId">As <see cref="AccountIds"/> writes it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<AdValidation> ValidateAsync(Secret<string> key, string accountId, CancellationToken cancellationToken);

    /// <summary>Asks what the account cost in each hour of some of its days.</summary>
    /// <param name="key">As its owner gave it.</param>
    /// <param name="accountId">As <see cref="AccountIds"/> writes it.</param>
    /// <param name="days">How many days of the account's calendar, today included, 1 or more.</param>
    /// <param name="now">What counts as now: hours that begin later are not told.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<AdPull> PullAsync(Secret<string> key, string accountId, int days, DateTimeOffset now, CancellationToken cancellationToken);
}

/// <summary>What a platform said of a key.</summary>
/// <param name="Success">Whether it takes the key for this account.</param>
/// <param name="Message">One or two plain sentences for people, with the remedy; never with the key.</param>
/// <param name="Account">What the account counts in; null unless it succeeded.</param>
public sealed record AdValidation(bool Success, string Message, AdAccount? Account);

/// <summary>What an account cost in one hour.</summary>
/// <param name="Start">When the hour begins, UTC.</param>
/// <param name="SpendMinor">Cost, minor units of the account's currency.</param>
/// <param name="Clicks">Clicks of every kind, as the platform counts them.</param>
/// <param name="Impressions">Impressions.</param>
public sealed record AdHour(DateTimeOffset Start, long SpendMinor, long Clicks, long Impressions);

/// <summary>What a pull brought: hours of an account, or why not.</summary>
public sealed record AdPull
{
    /// <summary>What the account counts in; null where it was not told.</summary>
    public AdAccount? Account { get; init; }

    /// <summary>Every hour of the days asked for that has begun, in order, those without anything too: an hour that was taken back counts 0.</summary>
    public IReadOnlyList<AdHour> Hours { get; init; } = [];

    /// <summary>Why there is nothing; null where there is.</summary>
    public AdFault? Fault { get; init; }
}

/// <summary>Why a platform gave nothing.</summary>
public enum AdFaultKind
{
    /// <summary>It does not take the key, or not for this account: only a person can mend it.</summary>
    Refused,

    /// <summary>It asks to wait.</summary>
    Throttled,

    /// <summary>It could not be reached, or failed by itself.</summary>
    Away,

    /// <summary>It answered what this build does not understand.</summary>
    Unreadable,
}

/// <summary>Why a platform gave nothing, and what to do.</summary>
/// <param name="Kind">Who can mend it.</param>
/// <param name="Message">One or two plain sentences for people; never with the key.</param>
/// <param name="RetryAfter">How long the platform asks to wait; null where it does not say.</param>
public sealed record AdFault(AdFaultKind Kind, string Message, TimeSpan? RetryAfter = null);
