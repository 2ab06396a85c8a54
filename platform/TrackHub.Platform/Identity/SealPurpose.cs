using System.Globalization;

namespace TrackHub.Platform.Identity;

/// <summary>What a box holds. Part of what is authenticated, so that a box is no good in another's place.</summary>
public enum SealPurpose
{
    /// <summary>Meta's user data in a record.</summary>
    UserData,

    /// <summary>What Redis windows and the table <c>clicks</c> hold.</summary>
    Window,

    /// <summary>The original bytes of a dead letter.</summary>
    DeadLetter,

    /// <summary>The body of a webhook whose signature did not verify.</summary>
    Quarantine,

    /// <summary>A record in the ingress spool.</summary>
    Spool,
}

/// <summary>Names the key of a <see cref="TrackHub.Schemas.SealedBox"/>.</summary>
/// <param name="Id"><c>day/2026-11-22</c> for the tenant's key of that UTC day, <c>window/1</c> for its window key.</param>
public readonly record struct KeyRef(string Id)
{
    private const string DayPrefix = "day/";

    private static volatile DayKey? _last;

    /// <summary>The tenant's window key: lives until the tenant does, for data that can be erased in place.</summary>
    public static KeyRef Window { get; } = new("window/1");

    /// <summary>The tenant's key of the UTC day of that moment; gone from day 9.</summary>
    public static KeyRef Day(DateTimeOffset at) => Day(DateOnly.FromDateTime(at.UtcDateTime));

    /// <summary>The tenant's key of that UTC day.</summary>
    public static KeyRef Day(DateOnly day)
    {
        // Nearly all that is sealed is sealed under today's key.
        if (_last is { } last && last.Day == day)
            return last.Key;

        var key = new KeyRef(string.Create(CultureInfo.InvariantCulture, $"{DayPrefix}{day:yyyy-MM-dd}"));
        _last = new(day, key);
        return key;
    }

    /// <summary>The day a day key is named after.</summary>
    internal bool TryGetDay(out DateOnly day)
    {
        day = default;
        return Id is not null
            && Id.StartsWith(DayPrefix, StringComparison.Ordinal)
            && DateOnly.TryParseExact(Id.AsSpan(DayPrefix.Length), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day);
    }

    /// <inheritdoc/>
    public override string ToString() => Id;

    private sealed record DayKey(DateOnly Day, KeyRef Key);
}

/// <summary>The key of a box does not exist (any more): its day was shredded, its tenant removed, or day secrets were not made ahead.</summary>
public sealed class KeyGoneException(string tenantId, KeyRef key)
    : Exception($"Key {key} of tenant {tenantId} is gone. Day keys are destroyed on day 9 and made 3 days ahead by the ledger or `trackhub migrate`.")
{
    /// <summary>Tenant asked for.</summary>
    public string TenantId { get; } = tenantId;

    /// <summary>Key asked for.</summary>
    public KeyRef Key { get; } = key;
}
