using TrackHub.Platform.Identity;

namespace TrackHub.Platform.Tenants;

/// <summary>An account: owns brands, and the keys their personal data is sealed with.</summary>
/// <param name="Id"><c>ten_</c> and 16 random characters.</param>
/// <param name="Name">For people; unique.</param>
public sealed record Tenant(string Id, string Name);

/// <summary>On what ground a sale may be reported when no consent of the visitor is known.</summary>
public enum ConsentBasis
{
    /// <summary>The brand holds consent by other means: unknown counts as allowed.</summary>
    Granted,

    /// <summary>Unknown counts as refused.</summary>
    Required,
}

/// <summary>A seller's brand: the scope of matching, keys, windows and identities.</summary>
/// <param name="Id">Public id, 12 characters of <c>a-z 0-9</c>.</param>
/// <param name="TenantId">Owner.</param>
/// <param name="Name">For people; unique in its tenant.</param>
/// <param name="TimeZone">IANA zone of its figures.</param>
/// <param name="Currency">ISO 4217, upper case, of its figures.</param>
/// <param name="ConsentBasis">Null: nothing is sent for visitors whose consent is unknown, and doctor says so.</param>
/// <param name="IndexKey">HMAC key of its blind indexes, 32 bytes.</param>
/// <param name="Settings">Everything else that can be set per brand.</param>
public sealed record Brand(
    string Id,
    string TenantId,
    string Name,
    string TimeZone,
    string Currency,
    ConsentBasis? ConsentBasis,
    IndexKey IndexKey,
    BrandSettings Settings);

/// <summary>A Meta dataset that a brand's events are sent to.</summary>
/// <param name="Id"><c>px_</c> and 16 random characters; safe in records and logs.</param>
/// <param name="BrandId">Owner.</param>
/// <param name="DatasetId">Meta's id of the dataset, 5 to 20 digits.</param>
/// <param name="Token">Access token of Meta's API.</param>
/// <param name="Active">Whether events are made for it.</param>
/// <param name="TestEventCode">Sent along when set; events under it count like others at Meta.</param>
/// <param name="LaneShards">Shards its lane is spread over, 1 to 64.</param>
public sealed record Pixel(
    string Id,
    string BrandId,
    string DatasetId,
    Secret<string> Token,
    bool Active,
    string? TestEventCode,
    int LaneShards)
{
    /// <summary>Whether page views go to this pixel as PageView.</summary>
    public bool SendPageView { get; init; }

    /// <summary>What Meta is asked to limit, or null.</summary>
    public LimitedDataUse? LimitedDataUse { get; init; }
}

/// <summary>One gateway account of a brand: its webhook address and the secrets that authenticate its calls.</summary>
/// <param name="Id"><c>con_</c> and 16 random characters; safe in records and logs, unlike the address.</param>
/// <param name="BrandId">Owner.</param>
/// <param name="Gateway">Gateway name as in the route, lower case.</param>
/// <param name="Secrets">Valid now, newest first: two while a rotation overlaps, none where no secret was given.</param>
/// <param name="Active">Whether its calls are taken.</param>
public sealed record GatewayConnection(
    string Id,
    string BrandId,
    string Gateway,
    IReadOnlyList<Secret<string>> Secrets,
    bool Active)
{
    /// <summary>Fewest bytes of a secret: shorter ones can be guessed, and an empty one is known to all.</summary>
    public const int MinSecretBytes = 16;

    /// <summary>When the second of <see cref="Secrets"/> ends; null without an overlap.</summary>
    /// <remarks>The directory takes it away then; while the database is away nobody does, so whoever checks a secret looks at the clock.</remarks>
    public DateTimeOffset? OverlapEnds { get; init; }
}

/// <summary>A key that names the brand of a browser (publishable) or of a seller's server (secret).</summary>
/// <param name="Id"><c>key_</c> and 16 random characters.</param>
/// <param name="BrandId">The brand it writes for.</param>
/// <param name="IsServer">True for a secret key, which may state another's address and user agent.</param>
/// <param name="AllowedOrigins">Origins a browser may send from; empty: any.</param>
public sealed record WriteKey(string Id, string BrandId, bool IsServer, IReadOnlyList<string> AllowedOrigins);
