using Npgsql;
using TrackHub.Platform.Money;

namespace TrackHub.Platform.Tenants;

/// <summary>What operators change: tenants, brands, pixels, connections, keys, users. Each change is one transaction with its audit row.</summary>
/// <remarks>Every method throws <see cref="AdminException"/> for a bad value or an unknown id, with a message for people.</remarks>
public sealed class TenantAdmin
{
    private readonly NpgsqlDataSource _postgres;
    private readonly MasterKeys _masters;
    private readonly BrandAdmin _brands;
    private readonly PixelAdmin _pixels;
    private readonly ConnectionAdmin _connections;
    private readonly WriteKeyAdmin _keys;
    private readonly RateAdmin _rates;
    private readonly UserAdmin _users;
    private readonly ApiKeyAdmin _apiKeys;

    /// <summary>Works on one database under one master key.</summary>
    public TenantAdmin(NpgsqlDataSource postgres, MasterKeys masters)
    {
        _postgres = postgres;
        _masters = masters;
        _brands = new(BeginAsync);
        _pixels = new(BeginAsync);
        _connections = new(BeginAsync);
        _keys = new(BeginAsync);
        _rates = new(BeginAsync);
        _users = new(BeginAsync);
        _apiKeys = new(BeginAsync);
    }

    /// <summary>Who acts, as the audit log names them. Default <c>cli</c>.</summary>
    public string Actor { get; init; } = "cli";

    /// <summary>The same for another actor.</summary>
    public TenantAdmin As(string actor) => new(_postgres, _masters) { Actor = actor };

    /// <summary>Does something that no table of the directory shows, and notes it: nothing is done while it could not be noted.</summary>
    /// <param name="action">Such as <c>group.reset</c>.</param>
    /// <param name="subject">What it was done to.</param>
    /// <param name="act">Does it; gives names and values for the note, never a secret.</param>
    /// <param name="cancelled">Ends the call.</param>
    public async Task NotedAsync(string action, string subject, Func<Task<(string Name, string? Value)[]>> act, CancellationToken cancelled = default)
    {
        await using var change = await BeginAsync(cancelled);
        await change.CommitAsync(action, subject, cancelled, await act());
    }

    /// <summary>Adds a tenant.</summary>
    /// <param name="name">Unique, 1 to 100 characters.</param>
    public Task<TenantRow> AddTenantAsync(string name, CancellationToken cancelled = default) =>
        _brands.AddTenantAsync(name, cancelled);

    /// <summary>All tenants.</summary>
    public Task<IReadOnlyList<TenantRow>> ListTenantsAsync(CancellationToken cancelled = default) =>
        _brands.ListTenantsAsync(cancelled);

    /// <summary>Sets <c>name</c>.</summary>
    public Task SetTenantAsync(string tenantId, string key, string value, CancellationToken cancelled = default) =>
        _brands.SetTenantAsync(tenantId, key, value, cancelled);

    /// <summary>Removes a tenant that has no brands; what was sealed for it can never be opened again.</summary>
    public Task RemoveTenantAsync(string tenantId, CancellationToken cancelled = default) =>
        _brands.RemoveTenantAsync(tenantId, cancelled);

    /// <summary>Adds a brand.</summary>
    /// <param name="tenantId">Owner.</param>
    /// <param name="name">Unique in the tenant, 1 to 100 characters.</param>
    /// <param name="consentBasis">Null: nothing is sent where the visitor's consent is unknown.</param>
    /// <param name="timeZone">IANA zone; null: America/Sao_Paulo.</param>
    /// <param name="currency">ISO 4217; null: BRL.</param>
    /// <param name="cancelled">Ends the call.</param>
    public Task<BrandRow> AddBrandAsync(
        string tenantId,
        string name,
        ConsentBasis? consentBasis = null,
        string? timeZone = null,
        string? currency = null,
        CancellationToken cancelled = default) =>
        _brands.AddAsync(tenantId, name, consentBasis, timeZone, currency, cancelled);

    /// <summary>Brands, of one tenant or all.</summary>
    public Task<IReadOnlyList<BrandRow>> ListBrandsAsync(string? tenantId = null, CancellationToken cancelled = default) =>
        _brands.ListAsync(tenantId, cancelled);

    /// <summary>Sets one key of <see cref="BrandSettingKeys.Brand"/>; an empty value restores the default.</summary>
    public Task SetBrandAsync(string brandId, string key, string value, CancellationToken cancelled = default) =>
        _brands.SetAsync(brandId, key, value, cancelled);

    /// <summary>Every version of the rules by which its sales are matched, oldest first.</summary>
    public Task<IReadOnlyList<RulesRow>> ListRulesAsync(string brandId, CancellationToken cancelled = default) =>
        _brands.RulesAsync(brandId, cancelled);

    /// <summary>Removes a brand with its pixels, connections and keys. Its events stay where they were recorded.</summary>
    public Task RemoveBrandAsync(string brandId, CancellationToken cancelled = default) =>
        _brands.RemoveAsync(brandId, cancelled);

    /// <summary>Adds a pixel.</summary>
    /// <param name="brandId">Owner.</param>
    /// <param name="datasetId">Meta's dataset id, 5 to 20 digits; unique in the brand.</param>
    /// <param name="token">Access token of Meta's API.</param>
    /// <param name="cancelled">Ends the call.</param>
    public Task<PixelRow> AddPixelAsync(string brandId, string datasetId, string token, CancellationToken cancelled = default) =>
        _pixels.AddAsync(brandId, datasetId, token, cancelled);

    /// <summary>Pixels, of one brand or all.</summary>
    public Task<IReadOnlyList<PixelRow>> ListPixelsAsync(string? brandId = null, CancellationToken cancelled = default) =>
        _pixels.ListAsync(brandId, cancelled);

    /// <summary>Sets one key of <see cref="BrandSettingKeys.Pixel"/>; an empty value restores the default.</summary>
    public Task SetPixelAsync(string pixelId, string key, string value, CancellationToken cancelled = default) =>
        _pixels.SetAsync(pixelId, key, value, cancelled);

    /// <summary>Removes a pixel.</summary>
    public Task RemovePixelAsync(string pixelId, CancellationToken cancelled = default) =>
        _pixels.RemoveAsync(pixelId, cancelled);

    /// <summary>Adds a gateway connection and shows the secret part of its address.</summary>
    /// <param name="brandId">Owner.</param>
    /// <param name="gateway">Gateway name as in the webhook route: lower-case letters, digits and hyphens.</param>
    /// <param name="secret">What the gateway signs or calls with, 16 to 4096 characters; null where it comes later.</param>
    /// <param name="cancelled">Ends the call.</param>
    public Task<Issued> AddConnectionAsync(
        string brandId, string gateway, string? secret, CancellationToken cancelled = default) =>
        _connections.AddAsync(brandId, gateway, secret, cancelled);

    /// <summary>Connections, of one brand or all.</summary>
    public Task<IReadOnlyList<ConnectionRow>> ListConnectionsAsync(string? brandId = null, CancellationToken cancelled = default) =>
        _connections.ListAsync(brandId, cancelled);

    /// <summary>Puts a new secret in force; the former one stays valid for the overlap.</summary>
    /// <param name="connectionId">Connection.</param>
    /// <param name="secret">The new secret.</param>
    /// <param name="overlap">0 to 30 days; null: 24 hours.</param>
    /// <param name="cancelled">Ends the call.</param>
    public Task RotateConnectionAsync(
        string connectionId, string secret, TimeSpan? overlap = null, CancellationToken cancelled = default) =>
        _connections.RotateAsync(connectionId, secret, overlap, cancelled);

    /// <summary>Sets one key of <see cref="BrandSettingKeys.Connection"/>.</summary>
    public Task SetConnectionAsync(string connectionId, string key, string value, CancellationToken cancelled = default) =>
        _connections.SetAsync(connectionId, key, value, cancelled);

    /// <summary>Removes a connection; its address answers like an unknown one.</summary>
    public Task RemoveConnectionAsync(string connectionId, CancellationToken cancelled = default) =>
        _connections.RemoveAsync(connectionId, cancelled);

    /// <summary>Adds a write key and shows it: <c>thw_{brand}_{random}</c>, or <c>ths_{brand}_{random}</c> for a server.</summary>
    /// <param name="brandId">Owner.</param>
    /// <param name="isServer">Secret server key instead of a publishable one.</param>
    /// <param name="allowedOrigins">Origins a browser may send from, <c>https://loja.example.com</c>; none: any.</param>
    /// <param name="cancelled">Ends the call.</param>
    public Task<Issued> AddKeyAsync(
        string brandId, bool isServer = false, IReadOnlyList<string>? allowedOrigins = null, CancellationToken cancelled = default) =>
        _keys.AddAsync(brandId, isServer, allowedOrigins, cancelled);

    /// <summary>Write keys, of one brand or all, removed ones included.</summary>
    public Task<IReadOnlyList<WriteKeyRow>> ListKeysAsync(string? brandId = null, CancellationToken cancelled = default) =>
        _keys.ListAsync(brandId, cancelled);

    /// <summary>Sets one key of <see cref="BrandSettingKeys.WriteKey"/>.</summary>
    public Task SetKeyAsync(string keyId, string key, string value, CancellationToken cancelled = default) =>
        _keys.SetAsync(keyId, key, value, cancelled);

    /// <summary>Removes a write key; the row stays for the audit.</summary>
    public Task RemoveKeyAsync(string keyId, CancellationToken cancelled = default) =>
        _keys.RemoveAsync(keyId, cancelled);

    /// <summary>Sets a currency rate, in place of an earlier one of that day.</summary>
    /// <param name="day">Day it counts from.</param>
    /// <param name="from">Currency of amounts, ISO 4217.</param>
    /// <param name="to">Currency they become.</param>
    /// <param name="rate">So many of <paramref name="to"/> for one of <paramref name="from"/>, 1e-12 to 1e9.</param>
    /// <param name="cancelled">Ends the call.</param>
    public Task<CurrencyRate> SetRateAsync(DateOnly day, string from, string to, decimal rate, CancellationToken cancelled = default) =>
        _rates.SetAsync(day, from, to, rate, cancelled);

    /// <summary>Every rate, by pair and from the newest on.</summary>
    public Task<IReadOnlyList<CurrencyRate>> ListRatesAsync(CancellationToken cancelled = default) =>
        _rates.ListAsync(cancelled);

    /// <summary>Adds somebody who may look at a tenant's pages.</summary>
    /// <param name="tenantId">Whose pages.</param>
    /// <param name="login">An e-mail address, unique among all tenants.</param>
    /// <param name="role">What they may do.</param>
    /// <param name="password">12 to 256 characters; null: one is made.</param>
    /// <param name="cancelled">Ends the call.</param>
    public Task<Issued> AddUserAsync(string tenantId, string login, AccessRole role, string? password = null, CancellationToken cancelled = default) =>
        _users.AddAsync(tenantId, login, role, password, cancelled);

    /// <summary>Every user.</summary>
    public Task<IReadOnlyList<UserRow>> ListUsersAsync(CancellationToken cancelled = default) =>
        _users.ListAsync(cancelled);

    /// <summary>Sets one key of <see cref="BrandSettingKeys.User"/>. A tenant's last active admin stays one.</summary>
    public Task SetUserAsync(string userId, string key, string value, CancellationToken cancelled = default) =>
        _users.SetAsync(userId, key, value, cancelled);

    /// <summary>Sets a password, one that is made if it is null; whoever is signed in by the former one is out.</summary>
    public Task<Issued> SetPasswordAsync(string userId, string? password = null, CancellationToken cancelled = default) =>
        _users.SetPasswordAsync(userId, password, cancelled);

    /// <summary>Removes a user with their sessions; not a tenant's last active admin.</summary>
    public Task RemoveUserAsync(string userId, CancellationToken cancelled = default) =>
        _users.RemoveAsync(userId, cancelled);

    /// <summary>Adds a key by which a machine reads a tenant's pages, and shows it: <c>tha_{random}</c>.</summary>
    /// <param name="tenantId">Whose pages.</param>
    /// <param name="name">Unique in the tenant, 1 to 100 characters.</param>
    /// <param name="role">What it may do.</param>
    /// <param name="cancelled">Ends the call.</param>
    public Task<Issued> AddApiKeyAsync(string tenantId, string name, AccessRole role, CancellationToken cancelled = default) =>
        _apiKeys.AddAsync(tenantId, name, role, cancelled);

    /// <summary>Every API key, removed ones included.</summary>
    public Task<IReadOnlyList<ApiKeyRow>> ListApiKeysAsync(CancellationToken cancelled = default) =>
        _apiKeys.ListAsync(cancelled);

    /// <summary>Sets one key of <see cref="BrandSettingKeys.ApiKey"/>.</summary>
    public Task SetApiKeyAsync(string keyId, string key, string value, CancellationToken cancelled = default) =>
        _apiKeys.SetAsync(keyId, key, value, cancelled);

    /// <summary>Puts a new key in force and shows it; the former one stays valid for the overlap, 0 to 30 days; null: 24 hours.</summary>
    public Task<Issued> RotateApiKeyAsync(string keyId, TimeSpan? overlap = null, CancellationToken cancelled = default) =>
        _apiKeys.RotateAsync(keyId, overlap, cancelled);

    /// <summary>Removes an API key; the row stays for the audit.</summary>
    public Task RemoveApiKeyAsync(string keyId, CancellationToken cancelled = default) =>
        _apiKeys.RemoveAsync(keyId, cancelled);

    /// <summary>Makes a new encryption key and seals every secret under it; nothing stops meanwhile.</summary>
    /// <returns>The new key's id and how many secrets were sealed anew.</returns>
    public async Task<(string KeyId, int Resealed)> RotateEncryptionKeyAsync(CancellationToken cancelled = default)
    {
        (string KeyId, int Resealed) rotated;
        await using (var connection = await _postgres.OpenConnectionAsync(cancelled))
            rotated = await new EncryptionKeyRotation(connection, _masters).RotateAsync(cancelled);
        await using var change = await BeginAsync(cancelled);
        await change.CommitAsync("encryption_key.rotate", rotated.KeyId, cancelled);
        return rotated;
    }

    private Task<AdminChange> BeginAsync(CancellationToken cancelled) => AdminChange.BeginAsync(_postgres, _masters, Actor, cancelled);
}
