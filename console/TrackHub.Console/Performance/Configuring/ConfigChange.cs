using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using TrackHub.ConsoleApi.Answering;
using TrackHub.ConsoleApi.Performance.Asking;
using TrackHub.ConsoleApi.Performance.Contract;
using TrackHub.Platform.AdPlatforms;
using TrackHub.Platform.Tenants;

namespace TrackHub.ConsoleApi.Performance.Configuring;

/// <summary>A whole configuration to be put in place of the one there is: what was got, changed, can be sent back.</summary>
/// <param name="BrandId">One of your brands.</param>
/// <param name="Integrations">Its ad accounts. One that is left out is disconnected, its key forgotten.</param>
/// <param name="SentrySettings">What it wants of The Sentry.</param>
/// <param name="UpdatedAt">As it was got; not looked at.</param>
internal sealed record ConfigChange(string? BrandId, IntegrationChanges? Integrations, SentryChange? SentrySettings, DateTimeOffset? UpdatedAt)
{
    /// <summary>Reads what was given.</summary>
    /// <param name="settings">What the brand wants of The Sentry.</param>
    /// <param name="accounts">What is to become of its account at each platform; null: to be given up.</param>
    /// <param name="problem">What is wrong with it.</param>
    public bool TryRead(
        [NotNullWhen(true)] out SentrySettings? settings, [NotNullWhen(true)] out IReadOnlyDictionary<string, IntegrationChange?>? accounts, [NotNullWhen(false)] out Problem? problem)
    {
        (settings, accounts, problem) = (null, null, null);
        if (Integrations is null)
            problem = Problems.Malformed("integrations is missing: give the ad accounts by platform, {} for none.");
        else if (SentrySettings is null)
            problem = Problems.Malformed("sentrySettings is missing: give enabled, sensitivity and notificationChannels.");
        if (problem is not null || !SentrySettings!.TryRead(out settings, out problem))
            return false;

        accounts = new Dictionary<string, IntegrationChange?>(StringComparer.Ordinal) { [AdPlatformNames.Meta] = Integrations!.MetaAds, [AdPlatformNames.Google] = Integrations.GoogleAds };
        return true;
    }
}

/// <summary>Ad accounts by platform.</summary>
/// <param name="MetaAds">At Meta.</param>
/// <param name="GoogleAds">At Google.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record IntegrationChanges(
    [property: JsonPropertyName("meta_ads")] IntegrationChange? MetaAds, [property: JsonPropertyName("google_ads")] IntegrationChange? GoogleAds);

/// <summary>One ad account.</summary>
/// <param name="AccountId">Its id.</param>
/// <param name="ApiKey">A new key, in clear; it is asked of the platform, sealed, and never shown again. Absent: the one that is kept.</param>
/// <param name="EncryptedApiKey">As it was got; a key does not go in here.</param>
/// <param name="Status">As it was got; not looked at.</param>
/// <param name="LastValidated">As it was got; not looked at.</param>
/// <param name="StatusReason">As it was got; not looked at.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record IntegrationChange(
    string? AccountId, Secret<string>? ApiKey, Secret<string>? EncryptedApiKey, string? Status, DateTimeOffset? LastValidated, string? StatusReason)
{
    /// <summary>Whether somebody put a key where none belongs.</summary>
    [JsonIgnore]
    public bool HasForeignKey => EncryptedApiKey?.Reveal() is { Length: > 0 } text && text != IntegrationState.KeyMarker;
}

/// <summary>What a brand wants of The Sentry.</summary>
/// <param name="Enabled">Whether it looks at all.</param>
/// <param name="Sensitivity">low, medium or high.</param>
/// <param name="NotificationChannels">Some of dashboard, email, slack.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record SentryChange(bool? Enabled, string? Sensitivity, IReadOnlyList<string?>? NotificationChannels)
{
    /// <summary>Reads what was given.</summary>
    public bool TryRead([NotNullWhen(true)] out SentrySettings? settings, [NotNullWhen(false)] out Problem? problem)
    {
        settings = null;
        if (Enabled is not { } enabled)
        {
            problem = Problems.Malformed("sentrySettings.enabled is missing: give true or false.");
            return false;
        }

        if (!Asked.TryWord<Sensitivity>("sentrySettings.sensitivity", Sensitivity, out var sensitivity, out problem))
            return false;
        if (NotificationChannels is null)
        {
            problem = Problems.Malformed($"sentrySettings.notificationChannels is missing: give an array of {string.Join(", ", ContractText<NotificationChannel>.All)}, empty for none.");
            return false;
        }

        var channels = new SortedSet<NotificationChannel>();
        foreach (var text in NotificationChannels)
        {
            if (!Asked.TryWord<NotificationChannel>("sentrySettings.notificationChannels", text, out var channel, out problem))
                return false;
            channels.Add(channel);
        }

        settings = new(enabled, sensitivity, [.. channels]);
        return true;
    }
}
