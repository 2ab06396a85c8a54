namespace TrackHub.Platform.AdPlatforms;

/// <summary>Names of the platforms, as the API and table <c>brand_integrations</c> write them.</summary>
public static class AdPlatformNames
{
    /// <summary>Meta's ads.</summary>
    public const string Meta = "meta_ads";

    /// <summary>Google Ads.</summary>
    public const string Google = "google_ads";

    /// <summary>Both.</summary>
    public static readonly IReadOnlyList<string> All = [Meta, Google];
}

/// <summary>What became of an ad account.</summary>
public enum IntegrationStatus
{
    /// <summary>Its figures are pulled.</summary>
    Active,

    /// <summary>The platform refused the key or the account; asked again now and then, at once when a new key is saved.</summary>
    Error,

    /// <summary>Given up; the key is gone.</summary>
    Disconnected,
}

/// <summary>What an ad account counts in.</summary>
/// <param name="TimeZone">IANA name.</param>
/// <param name="Currency">ISO 4217, upper case.</param>
public sealed record AdAccount(string TimeZone, string Currency);

/// <summary>A brand's ad account, without its key.</summary>
/// <param name="BrandId">Brand.</param>
/// <param name="Platform">One of <see cref="AdPlatformNames"/>.</param>
/// <param name="AccountId">As the platform names it.</param>
/// <param name="Status">What became of it.</param>
/// <param name="StatusReason">Why it is in error, for people; empty otherwise.</param>
/// <param name="LastValidated">When the platform last took the key; null: never.</param>
/// <param name="Account">Its time zone and currency; null until the platform told them.</param>
/// <param name="UpdatedAt">Last change by a person or by the platform's answer.</param>
/// <param name="PulledAt">When its figures were last pulled; null: never.</param>
public sealed record Integration(
    string BrandId,
    string Platform,
    string AccountId,
    IntegrationStatus Status,
    string StatusReason,
    DateTimeOffset? LastValidated,
    AdAccount? Account,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? PulledAt);
