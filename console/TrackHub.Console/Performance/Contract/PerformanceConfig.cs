using System.Text.Json.Serialization;

namespace TrackHub.ConsoleApi.Performance.Contract;

/// <summary>A brand's ad accounts, and what it wants of The Sentry.</summary>
/// <param name="BrandId">Brand.</param>
/// <param name="Integrations">Its ad accounts.</param>
/// <param name="SentrySettings">What it wants of The Sentry.</param>
/// <param name="UpdatedAt">Last change of any of it; the brand's own beginning while there was none.</param>
internal sealed record PerformanceConfig(string BrandId, Integrations Integrations, SentrySettings SentrySettings, DateTimeOffset UpdatedAt);

/// <summary>Ad accounts by platform; absent where there never was one.</summary>
/// <param name="MetaAds">At Meta.</param>
/// <param name="GoogleAds">At Google.</param>
internal sealed record Integrations(
    [property: JsonPropertyName("meta_ads"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IntegrationState? MetaAds,
    [property: JsonPropertyName("google_ads"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IntegrationState? GoogleAds);

/// <summary>One ad account.</summary>
/// <param name="EncryptedApiKey"><see cref="KeyMarker"/> where a key is kept, empty where none is: keys go in and never come out, sealed or not.</param>
/// <param name="AccountId">As the platform names it.</param>
/// <param name="Status">How the connection stands.</param>
/// <param name="LastValidated">When the platform last took the key; null: never.</param>
/// <param name="StatusReason">Why it is in error, for people, empty otherwise; beyond the contract.</param>
internal sealed record IntegrationState(string EncryptedApiKey, string AccountId, ConnectionStatus Status, DateTimeOffset? LastValidated, string StatusReason)
{
    /// <summary>Stands for a key that is kept. Sent back, it means: the key as it is.</summary>
    public const string KeyMarker = "***";
}

/// <summary>What a brand wants of The Sentry.</summary>
/// <param name="Enabled">Whether it looks at all.</param>
/// <param name="Sensitivity">From which deviation on it speaks.</param>
/// <param name="NotificationChannels">Where it tells of anomalies, each once.</param>
internal sealed record SentrySettings(bool Enabled, Sensitivity Sensitivity, IReadOnlyList<NotificationChannel> NotificationChannels);

/// <summary>Whether a platform takes a key.</summary>
/// <param name="Success">It does, for that account.</param>
/// <param name="Message">What it said, for people, with the remedy; never with the key.</param>
internal sealed record KeyValidation(bool Success, string Message);
