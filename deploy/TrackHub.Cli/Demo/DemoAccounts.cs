using TrackHub.Platform.AdPlatforms;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Demo;

/// <summary>Ad accounts of brand <c>demo</c> at the simulator, so that its sales have a cost to be compared with.</summary>
internal static class DemoAccounts
{
    private static readonly IReadOnlyList<(string Platform, string AccountId)> Accounts = [(AdPlatformNames.Meta, "act_1000000000001"), (AdPlatformNames.Google, "1000000001")];

    /// <summary>Connects those that are missing. One that a person connected or gave up is left as it is.</summary>
    /// <returns>Number of accounts connected.</returns>
    public static async Task<int> EnsureAsync(TenantAdmin admin, IntegrationStore store, string brandId, CancellationToken cancellationToken)
    {
        var tenant = (await admin.ListBrandsAsync(cancelled: cancellationToken)).First(brand => brand.Id == brandId).TenantId;
        var known = (await store.ListAsync(tenant, brandId, cancellationToken)).Select(static account => account.Platform).ToHashSet(StringComparer.Ordinal);
        var missing = Accounts.Where(account => !known.Contains(account.Platform)).ToList();
        foreach (var (platform, account) in missing)
            await store.SaveAsync(tenant, brandId, platform, account, new(NewKey()), null, "demo", cancellationToken);
        return missing.Count;
    }

    // The simulator takes any.
    private static string NewKey() => System.Security.Cryptography.RandomNumberGenerator.GetHexString(32, lowercase: true);
}
