using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Platform.Tenants;

namespace TrackHub.Testing;

/// <summary>A tenant with one brand of its own.</summary>
/// <param name="TenantId">Tenant.</param>
/// <param name="BrandId">Brand's public id.</param>
/// <param name="PixelId">Its one active pixel.</param>
/// <param name="DatasetId">The pixel's dataset.</param>
/// <param name="Gateway">Gateway of its one connection.</param>
/// <param name="ConnectionPath">The connection's secret path.</param>
/// <param name="ConnectionSecret">What that gateway signs with.</param>
/// <param name="WriteKey">A publishable write key.</param>
/// <param name="ServerKey">A secret server key.</param>
public sealed record TestBrand(
    string TenantId, string BrandId, string PixelId, string DatasetId, string Gateway, string ConnectionPath, string ConnectionSecret, string WriteKey, string ServerKey);

/// <summary>Makes brands through <see cref="TenantAdmin"/>, as an operator would.</summary>
public static class TestBrands
{
    /// <summary>Master key of every test.</summary>
    public static string MasterKey { get; } = Convert.ToBase64String(SHA256.HashData("trackhub tests only"u8));

    /// <summary>A fresh database with every migration applied and day secrets made.</summary>
    /// <returns>Its connection string.</returns>
    public static async Task<string> CreateDatabaseAsync()
    {
        var server = await TestMachine.PostgresAsync();
        var postgres = await server.CreateDatabaseAsync();
        await using var host = await TestHost.CreateAsync(postgres: postgres);
        await host.Services.GetRequiredService<Migrator>().ApplyAsync(CancellationToken.None);
        return postgres;
    }

    /// <summary>A tenant, a brand, a pixel, a connection and keys with names of their own.</summary>
    /// <param name="admin">Works on a migrated database.</param>
    /// <param name="basis">The brand's consent basis.</param>
    /// <param name="gateway">Gateway of the connection.</param>
    public static async Task<TestBrand> CreateAsync(TenantAdmin admin, ConsentBasis? basis = ConsentBasis.Granted, string gateway = "kiwify")
    {
        var name = Guid.NewGuid().ToString("N");
        var tenant = await admin.AddTenantAsync($"tenant {name}");
        var brand = await admin.AddBrandAsync(tenant.Id, $"brand {name}", basis);
        var dataset = RandomNumberGenerator.GetString("123456789", 15);
        var secret = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var pixel = await admin.AddPixelAsync(brand.Id, dataset, $"token-{name}");
        var connection = await admin.AddConnectionAsync(brand.Id, gateway, secret);
        var key = await admin.AddKeyAsync(brand.Id);
        var serverKey = await admin.AddKeyAsync(brand.Id, isServer: true);
        return new(tenant.Id, brand.Id, pixel.Id, dataset, gateway, connection.Shown.Reveal(), secret, key.Shown.Reveal(), serverKey.Shown.Reveal());
    }
}
