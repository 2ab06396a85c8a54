namespace TrackHub.Platform.Identity;

/// <summary>Why a value was not taken.</summary>
public enum DropReason
{
    /// <summary>It was taken.</summary>
    None = 0,

    /// <summary>Absent, or nothing left after normalising.</summary>
    Empty,

    /// <summary>Not a value of its kind.</summary>
    Malformed,

    /// <summary>Longer or shorter than its kind allows.</summary>
    WrongLength,

    /// <summary>The part of an e-mail address before the @ is not ASCII.</summary>
    NotAscii,

    /// <summary>Looks like an MD5 hash; Meta asks for SHA-256.</summary>
    Md5,

    /// <summary>No country code, and none can be told.</summary>
    NoCountryCode,

    /// <summary>Not a person's phone number: unknown area code, service number or impossible subscriber number.</summary>
    NotAPersonsPhone,

    /// <summary>A date the calendar does not have, or far from a life.</summary>
    NotADate,

    /// <summary>No country, state or gender of that name is known.</summary>
    Unknown,
}

/// <summary>
/// What became of one value: up to two spellings where the official rules differ, the primary first, or the reason it was dropped.
/// </summary>
/// <param name="Primary">The spelling that is matched on and sent first; null when dropped.</param>
/// <param name="Second">A further spelling to send; null when there is none.</param>
/// <param name="IsHashed">
/// True when the value came as a SHA-256 hash, with or without Meta's parameter builder suffix: it is sent as it is.
/// </param>
/// <param name="Reason">Why it was dropped.</param>
public readonly record struct Normalized(string? Primary, string? Second, bool IsHashed, DropReason Reason)
{
    /// <summary>Whether a spelling is left to send.</summary>
    public bool HasValue => Primary is not null;

    /// <summary>A value with one spelling, or two where the second differs.</summary>
    internal static Normalized Of(string primary, string? second = null) =>
        primary.Length == 0
            ? Dropped(DropReason.Empty)
            : new(primary, second is { Length: > 0 } && second != primary ? second : null, IsHashed: false, DropReason.None);

    /// <summary>A hash that came ready.</summary>
    internal static Normalized Hash(string hash) => new(hash, Second: null, IsHashed: true, DropReason.None);

    /// <summary>A value that is not sent.</summary>
    internal static Normalized Dropped(DropReason reason) => new(Primary: null, Second: null, IsHashed: false, reason);

    /// <summary>Names the spellings' number and the reason, never the value: it is personal.</summary>
    public override string ToString() => HasValue ? Second is null ? "1 spelling" : "2 spellings" : $"dropped: {Reason}";
}
