using System.Globalization;
using System.Security.Cryptography;
using TrackHub.Platform.Tenants;

namespace TrackHub.Load.Setup;

/// <summary>A brand of this run alone, so that neither the demo's figures nor another run's arrivals are touched. Holds secrets, in memory only.</summary>
/// <param name="Run">Tag of the run, 8 characters of <c>0-9a-z</c>: makes every id new.</param>
/// <param name="BrandId">Public id.</param>
/// <param name="DatasetId">Dataset of its pixel at the simulator.</param>
/// <param name="ServerKey">Secret server key.</param>
/// <param name="WebhookPath">Path of its Kiwify connection.</param>
/// <param name="WebhookSecret">What Kiwify signs with.</param>
internal sealed record LoadBrand(string Run, string BrandId, string DatasetId, string ServerKey, string WebhookPath, string WebhookSecret)
{
    private const string Tenant = "load";
    private const string Gateway = "kiwify";
    private const string Letters = "0123456789abcdefghijklmnopqrstuvwxyz";

    /// <summary>Makes a brand whose limit of browser events is out of the way.</summary>
    public static async Task<LoadBrand> CreateAsync(TenantAdmin admin, CancellationToken cancellationToken)
    {
        var run = RandomNumberGenerator.GetString(Letters, 8);
        var tenant = (await admin.ListTenantsAsync(cancellationToken)).FirstOrDefault(static tenant => tenant.Name == Tenant)
            ?? await admin.AddTenantAsync(Tenant, cancellationToken);
        var brand = await admin.AddBrandAsync(tenant.Id, $"{Tenant}-{run}", ConsentBasis.Granted, cancelled: cancellationToken);
        await admin.SetBrandAsync(brand.Id, "track_per_second", "100000", cancellationToken);
        await admin.SetBrandAsync(brand.Id, "track_burst", "1000000", cancellationToken);
        var dataset = RandomNumberGenerator.GetString("123456789", 15);
        await admin.AddPixelAsync(brand.Id, dataset, RandomNumberGenerator.GetHexString(32, lowercase: true), cancellationToken);
        var secret = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var connection = await admin.AddConnectionAsync(brand.Id, Gateway, secret, cancellationToken);
        // Last: an ingress that knows the key knows the rest.
        var key = await admin.AddKeyAsync(brand.Id, isServer: true, cancelled: cancellationToken);
        return new(run, brand.Id, dataset, key.Shown.Reveal(), $"/webhooks/{Gateway}/{connection.Shown.Reveal()}", secret);
    }

    /// <summary>The click id of a number.</summary>
    public string ClickId(long number) => string.Create(CultureInfo.InvariantCulture, $"th_{Run}{number:x18}");

    /// <summary>Nothing of the secrets.</summary>
    public override string ToString() => $"brand {BrandId} of run {Run}";
}
