using System.Security.Cryptography;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Supervising;

/// <summary>Tenant and brand <c>demo</c>: what a first start has to show something with.</summary>
internal static class DemoSetup
{
    private const string Name = "demo";

    // No dataset of Meta's: the simulator takes any.
    private const string DatasetId = "1000000000001";

    private static readonly string[] Gateways = ["kiwify", "hotmart", "perfectpay"];

    /// <summary>Makes what is missing. Keys and secrets of an existing brand that this machine does not know are made anew beside the old ones.</summary>
    /// <returns>Whether anything was made.</returns>
    public static async Task<bool> EnsureAsync(TenantAdmin admin, MachineData data, CancellationToken cancellationToken)
    {
        var brands = await admin.ListBrandsAsync(cancelled: cancellationToken);
        if (data.ReadDemo() is { } known && brands.Any(brand => brand.Id == known.BrandId)) return false;

        var tenant = (await admin.ListTenantsAsync(cancellationToken)).FirstOrDefault(static t => t.Name == Name)
            ?? await admin.AddTenantAsync(Name, cancellationToken);
        var brand = brands.FirstOrDefault(b => b.TenantId == tenant.Id && b.Name == Name)
            ?? await admin.AddBrandAsync(tenant.Id, Name, ConsentBasis.Granted, cancelled: cancellationToken);
        var pixel = (await admin.ListPixelsAsync(brand.Id, cancellationToken)).FirstOrDefault(static p => p.DatasetId == DatasetId)
            ?? await admin.AddPixelAsync(brand.Id, DatasetId, NewSecret(), cancellationToken);
        var browser = await admin.AddKeyAsync(brand.Id, isServer: false, cancelled: cancellationToken);
        var server = await admin.AddKeyAsync(brand.Id, isServer: true, cancelled: cancellationToken);
        var connections = new List<DemoConnection>();
        foreach (var gateway in Gateways)
        {
            var secret = NewSecret();
            var connection = await admin.AddConnectionAsync(brand.Id, gateway, secret, cancellationToken);
            connections.Add(new(gateway, connection.Id, $"/webhooks/{gateway}/{connection.Shown.Reveal()}", secret));
        }

        data.WriteDemo(new(brand.Id, pixel.Id, pixel.DatasetId, browser.Shown.Reveal(), server.Shown.Reveal(), connections));
        return true;
    }

    private static string NewSecret() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
