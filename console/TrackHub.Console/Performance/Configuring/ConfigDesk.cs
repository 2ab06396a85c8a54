using Microsoft.AspNetCore.Http;
using TrackHub.ConsoleApi.Access;
using TrackHub.ConsoleApi.Answering;
using TrackHub.ConsoleApi.Database;
using TrackHub.ConsoleApi.Performance.Asking;
using TrackHub.ConsoleApi.Performance.Contract;
using TrackHub.ConsoleApi.Performance.Validating;
using TrackHub.Platform.AdPlatforms;

namespace TrackHub.ConsoleApi.Performance.Configuring;

/// <summary>Shows and changes a brand's configuration. Keys go in, are asked of their platform and sealed, and never come out. Thread-safe.</summary>
/// <remarks>
/// Settings and each ad account are a transaction of their own: a change that fails half way is sent again and ends the same. Of two at once the later wins.
/// </remarks>
internal sealed class ConfigDesk(TenantDatabase database, IntegrationStore accounts, KeyCheck check)
{
    /// <summary>The configuration; null: no such brand of the caller's tenant.</summary>
    public async Task<PerformanceConfig?> FindAsync(Caller caller, string brandId, CancellationToken aborted)
    {
        var found = await database.RunAsync(
            caller,
            async tenant => await BrandView.FindAsync(tenant, brandId, aborted) is { } brand ? (brand, await SettingsTable.FindAsync(tenant, brandId, aborted)) : default((BrandView Brand, (SentrySettings Settings, DateTimeOffset At)? Own)?),
            aborted);
        if (found is not { } known)
            return null;

        var kept = await accounts.ListAsync(caller.TenantId, brandId, aborted);
        return new(
            brandId,
            new(StateOf(kept, AdPlatformNames.Meta), StateOf(kept, AdPlatformNames.Google)),
            known.Own?.Settings ?? SettingsTable.Usual,
            kept.Select(static account => account.UpdatedAt).Append(known.Own?.At ?? known.Brand.CreatedAt).Max());
    }

    /// <summary>Puts a configuration of a brand of the caller's tenant in place.</summary>
    /// <returns>Null once done; else what is wrong with it, and nothing is changed.</returns>
    public async Task<Problem?> PutAsync(Caller caller, string brandId, SentrySettings settings, IReadOnlyDictionary<string, IntegrationChange?> wanted, CancellationToken aborted)
    {
        var kept = (await accounts.ListAsync(caller.TenantId, brandId, aborted)).ToDictionary(static account => account.Platform, StringComparer.Ordinal);
        var keys = new List<AccountKey>();
        foreach (var (platform, change) in wanted)
        {
            if (Judge(platform, change, kept.GetValueOrDefault(platform), out var key) is { } fault)
                return fault;
            if (key is not null)
                keys.Add(key);
        }

        var said = await Task.WhenAll(keys.Select(key => check.AskAsync(key, aborted)));
        if (Array.FindIndex(said, static each => !each.Success) is >= 0 and var refused)
            return KeyRefused($"{keys[refused].Platform} does not take the key for {keys[refused].AccountId}, and nothing was changed. {said[refused].Message}");

        await database.RunAsync(caller, tenant => SettingsTable.SaveAsync(tenant, brandId, settings, caller.Actor, aborted), aborted);
        foreach (var (key, answer) in keys.Zip(said))
            await accounts.SaveAsync(caller.TenantId, brandId, key.Platform, key.AccountId, key.Key, answer.Account, caller.Actor, aborted);
        foreach (var (platform, _) in wanted.Where(static pair => pair.Value is null))
            await accounts.DisconnectAsync(caller.TenantId, brandId, platform, caller.Actor, aborted);
        return null;
    }

    /// <summary>The platform does not take a key.</summary>
    public static Problem KeyRefused(string detail) => new(StatusCodes.Status422UnprocessableEntity, "key_refused", detail);

    /// <summary>What a change of an account is: a new key, nothing, or a fault.</summary>
    private static Problem? Judge(string platform, IntegrationChange? change, Integration? kept, out AccountKey? key)
    {
        key = null;
        if (change is null)
            return null;
        if (change.HasForeignKey)
            return Problems.Malformed($"integrations.{platform}.encryptedApiKey takes no key: send a new one as apiKey, in clear, and {IntegrationState.KeyMarker} or nothing here.");
        if (change.ApiKey is not null)
            return AccountKey.TryRead(platform, change.AccountId, change.ApiKey, out key, out var problem) ? null : problem;
        return kept is not null && AccountIds.TryNormalize(platform, change.AccountId, out var same) && same == kept.AccountId
            ? null
            : Problems.Malformed($"integrations.{platform} names an account without a key: send apiKey with a new accountId.");
    }

    private static IntegrationState? StateOf(IReadOnlyList<Integration> kept, string platform) => kept.FirstOrDefault(account => account.Platform == platform) is { } account
        ? new(
            account.Status is IntegrationStatus.Disconnected ? "" : IntegrationState.KeyMarker,
            account.AccountId,
            account.Status switch
            {
                IntegrationStatus.Active => ConnectionStatus.Active,
                IntegrationStatus.Error => ConnectionStatus.Error,
                _ => ConnectionStatus.Disconnected,
            },
            account.LastValidated,
            account.StatusReason)
        : null;
}
