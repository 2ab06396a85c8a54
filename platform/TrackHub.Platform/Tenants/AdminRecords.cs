namespace TrackHub.Platform.Tenants;

/// <summary>A row as an operator sees it, secrets left out.</summary>
/// <param name="Id">Tenant id.</param>
/// <param name="Name">Name.</param>
/// <param name="CreatedAt">When it was added.</param>
public sealed record TenantRow(string Id, string Name, DateTimeOffset CreatedAt);

/// <inheritdoc cref="TenantRow"/>
/// <param name="Id">Public id.</param>
/// <param name="TenantId">Owner.</param>
/// <param name="Name">Name.</param>
/// <param name="TimeZone">IANA zone.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="ConsentBasis">granted, required, or null: nothing is sent where the visitor's consent is unknown.</param>
/// <param name="Settings">Every setting with its value, the default where none was set.</param>
/// <param name="CreatedAt">When it was added.</param>
public sealed record BrandRow(
    string Id,
    string TenantId,
    string Name,
    string TimeZone,
    string Currency,
    string? ConsentBasis,
    IReadOnlyDictionary<string, string> Settings,
    DateTimeOffset CreatedAt);

/// <inheritdoc cref="TenantRow"/>
/// <param name="Id">Pixel id.</param>
/// <param name="BrandId">Owner.</param>
/// <param name="DatasetId">Meta's dataset.</param>
/// <param name="TokenEnd">Last 4 characters of the token.</param>
/// <param name="Active">Whether events are made for it.</param>
/// <param name="Settings">Every setting with its value, the brand's where none was set.</param>
/// <param name="CreatedAt">When it was added.</param>
public sealed record PixelRow(
    string Id,
    string BrandId,
    string DatasetId,
    string TokenEnd,
    bool Active,
    IReadOnlyDictionary<string, string> Settings,
    DateTimeOffset CreatedAt);

/// <inheritdoc cref="TenantRow"/>
/// <param name="Id">Connection id.</param>
/// <param name="BrandId">Owner.</param>
/// <param name="Gateway">Gateway name.</param>
/// <param name="WebhookPath">Path of its webhook address, <c>/api/v1/webhooks/{gateway}/{secret path}</c>. A secret of its own: some
/// gateways sign nothing, so that the address is all that authenticates. Show it to the brand's operator only, never log it.</param>
/// <param name="HasSecret">Whether a secret is set.</param>
/// <param name="OverlapEnds">Until when the former secret is valid too; null without an overlap.</param>
/// <param name="Active">Whether its calls are taken.</param>
/// <param name="CreatedAt">When it was added.</param>
public sealed record ConnectionRow(
    string Id,
    string BrandId,
    string Gateway,
    string WebhookPath,
    bool HasSecret,
    DateTimeOffset? OverlapEnds,
    bool Active,
    DateTimeOffset CreatedAt)
{
    /// <summary>Deliveries in quarantine that a right secret would still let in.</summary>
    public long Waiting { get; init; }

    /// <summary>Why most of them wait: signature_invalid, secret_unusable or timestamp_out_of_window; null if none does.</summary>
    public string? WaitingReason { get; init; }
}

/// <inheritdoc cref="TenantRow"/>
/// <param name="Id">Key id.</param>
/// <param name="BrandId">Owner.</param>
/// <param name="IsServer">Secret server key, or publishable browser key.</param>
/// <param name="AllowedOrigins">Origins a browser may send from; empty: any.</param>
/// <param name="CreatedAt">When it was added.</param>
/// <param name="RevokedAt">When it was removed; null while valid.</param>
public sealed record WriteKeyRow(
    string Id, string BrandId, bool IsServer, IReadOnlyList<string> AllowedOrigins, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt);

/// <inheritdoc cref="TenantRow"/>
/// <param name="Id">User id.</param>
/// <param name="TenantId">Whose pages they see.</param>
/// <param name="Login">What they sign in as, an e-mail address in lower case.</param>
/// <param name="Role">viewer, operator or admin.</param>
/// <param name="Active">Whether they may come in.</param>
/// <param name="PasswordSetAt">When the password was last set.</param>
/// <param name="CreatedAt">When they were added.</param>
public sealed record UserRow(string Id, string TenantId, string Login, string Role, bool Active, DateTimeOffset PasswordSetAt, DateTimeOffset CreatedAt);

/// <inheritdoc cref="TenantRow"/>
/// <param name="Id">Key id.</param>
/// <param name="TenantId">Whose pages it reads.</param>
/// <param name="Name">Unique in the tenant.</param>
/// <param name="Role">viewer, operator or admin.</param>
/// <param name="OverlapEnds">Until when the former key is valid too; null without an overlap.</param>
/// <param name="LastUsedAt">When it was last used, to the minute; null if never.</param>
/// <param name="CreatedAt">When it was added.</param>
/// <param name="RevokedAt">When it was removed; null while valid.</param>
public sealed record ApiKeyRow(
    string Id, string TenantId, string Name, string Role, DateTimeOffset? OverlapEnds, DateTimeOffset? LastUsedAt, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt);

/// <summary>What was made, with what is shown this once.</summary>
/// <param name="Id">Id of the row.</param>
/// <param name="Shown">The write key, the connection's secret path, the API key or the password.</param>
public sealed record Issued(string Id, Secret<string> Shown);

/// <summary>An operator asked for what cannot be done. The message names value, limit and remedy and can be shown as it is.</summary>
public sealed class AdminException(string message) : Exception(message);
