using System.Collections.Frozen;

namespace TrackHub.Platform.Tenants;

/// <summary>All tenants, brands, pixels, connections and keys at one moment. Immutable; every look-up is from memory.</summary>
public sealed class DirectorySnapshot
{
    private readonly FrozenDictionary<string, Tenant> _tenants;
    private readonly FrozenDictionary<string, Brand> _brands;
    private readonly FrozenDictionary<string, Pixel> _pixels;
    private readonly FrozenDictionary<string, IReadOnlyList<Pixel>> _activePixels;
    private readonly FrozenDictionary<PresentedHash, GatewayConnection> _connections;
    private readonly FrozenDictionary<PresentedHash, WriteKey> _keys;

    internal DirectorySnapshot(
        IEnumerable<Tenant> tenants,
        IEnumerable<Brand> brands,
        IEnumerable<Pixel> pixels,
        IEnumerable<KeyValuePair<PresentedHash, GatewayConnection>> connections,
        IEnumerable<KeyValuePair<PresentedHash, WriteKey>> keys)
    {
        _tenants = tenants.ToFrozenDictionary(static tenant => tenant.Id, StringComparer.Ordinal);
        _brands = brands.ToFrozenDictionary(static brand => brand.Id, StringComparer.Ordinal);
        _pixels = pixels.ToFrozenDictionary(static pixel => pixel.Id, StringComparer.Ordinal);
        _activePixels = _pixels.Values
            .Where(static pixel => pixel.Active)
            .GroupBy(static pixel => pixel.BrandId, StringComparer.Ordinal)
            .ToFrozenDictionary(
                static group => group.Key,
                static group => (IReadOnlyList<Pixel>)[.. group.OrderBy(static pixel => pixel.Id, StringComparer.Ordinal)],
                StringComparer.Ordinal);
        _connections = connections.ToFrozenDictionary();
        _keys = keys.ToFrozenDictionary();
    }

    /// <summary>A snapshot without anybody.</summary>
    public static DirectorySnapshot Empty { get; } = new([], [], [], [], []);

    /// <summary>Every brand.</summary>
    public IEnumerable<Brand> Brands => _brands.Values;

    /// <summary>Every tenant.</summary>
    public IEnumerable<Tenant> Tenants => _tenants.Values;

    /// <summary>A snapshot from clear paths and keys, for tests and tools that have no database.</summary>
    /// <param name="brands">Brands.</param>
    /// <param name="pixels">Pixels.</param>
    /// <param name="connections">Connections by secret path.</param>
    /// <param name="keys">Write keys by the key itself.</param>
    public static DirectorySnapshot Of(
        IEnumerable<Brand> brands,
        IEnumerable<Pixel>? pixels = null,
        IEnumerable<KeyValuePair<string, GatewayConnection>>? connections = null,
        IEnumerable<KeyValuePair<string, WriteKey>>? keys = null)
    {
        var brandList = brands.ToList();
        return new(
            brandList.Select(static brand => brand.TenantId).Distinct().Select(static id => new Tenant(id, id)),
            brandList,
            pixels ?? [],
            (connections ?? []).Select(static pair => KeyValuePair.Create(PresentedHash.Of(pair.Key), pair.Value)),
            (keys ?? []).Select(static pair => KeyValuePair.Create(PresentedHash.Of(pair.Key), pair.Value)));
    }

    /// <summary>The tenant of that id, or null.</summary>
    public Tenant? Tenant(string id) => _tenants.GetValueOrDefault(id);

    /// <summary>The brand of that public id, or null.</summary>
    public Brand? Brand(string id) => _brands.GetValueOrDefault(id);

    /// <summary>The pixel of that id, active or not, or null.</summary>
    public Pixel? Pixel(string id) => _pixels.GetValueOrDefault(id);

    /// <summary>The brand's active pixels in a steady order; empty for none.</summary>
    public IReadOnlyList<Pixel> ActivePixels(string brandId) => _activePixels.GetValueOrDefault(brandId) ?? [];

    /// <summary>The connection of that id, or null. Looks at each: for operators' commands.</summary>
    public GatewayConnection? ConnectionById(string id) => _connections.Values.FirstOrDefault(connection => connection.Id == id);

    /// <summary>The key that was presented, found by its SHA-256, or null. Revoked keys are not found.</summary>
    public WriteKey? FindWriteKey(string? presented) =>
        string.IsNullOrEmpty(presented) ? null : _keys.GetValueOrDefault(PresentedHash.Of(presented));

    /// <summary>The connection of a webhook address, found by the SHA-256 of its path, or null. It may be inactive.</summary>
    /// <param name="gateway">Gateway of the route, lower case; another gateway's path is not found.</param>
    /// <param name="secretPath">The unguessable part of the address.</param>
    public GatewayConnection? Connection(string gateway, string? secretPath) =>
        !string.IsNullOrEmpty(secretPath)
        && _connections.TryGetValue(PresentedHash.Of(secretPath), out var connection)
        && connection.Gateway == gateway
            ? connection
            : null;
}
