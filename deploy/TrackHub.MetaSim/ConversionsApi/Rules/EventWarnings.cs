namespace TrackHub.MetaSim.ConversionsApi.Rules;

/// <summary>What Meta takes in silence though it costs matches or deduplication; stored with the event.</summary>
[Flags]
internal enum EventWarnings
{
    None = 0,

    /// <summary>No <c>event_id</c>: the browser's copy can't be recognised.</summary>
    NoEventId = 1 << 0,

    /// <summary>A website event without <c>client_user_agent</c>: documented as required, accepted by the live API.</summary>
    NoUserAgent = 1 << 1,

    /// <summary><c>fbc</c> is not <c>fb.{index}.{13-digit ms}.{click id}</c>.</summary>
    MalformedFbc = 1 << 2,

    /// <summary><c>fbp</c> is not <c>fb.{index}.{13-digit ms}.{number}</c>.</summary>
    MalformedFbp = 1 << 3,

    /// <summary><c>client_ip_address</c> is private, loopback or link-local.</summary>
    NonPublicIp = 1 << 4,

    /// <summary>A hash in upper case; the documents ask for lower case.</summary>
    UppercaseHash = 1 << 5,

    /// <summary>A null or empty value in <c>user_data</c>, taken as absent.</summary>
    EmptyUserData = 1 << 6,

    /// <summary>A key of contact data in <c>custom_data</c>: against Meta's policy.</summary>
    PersonalDataInCustomData = 1 << 7,

    /// <summary>A negative value.</summary>
    NegativeValue = 1 << 8,
}

/// <summary>The names of the warnings on the wire.</summary>
internal static class EventWarningNames
{
    private static readonly (EventWarnings Flag, string Name)[] All =
    [
        (EventWarnings.NoEventId, "no_event_id"),
        (EventWarnings.NoUserAgent, "no_user_agent"),
        (EventWarnings.MalformedFbc, "malformed_fbc"),
        (EventWarnings.MalformedFbp, "malformed_fbp"),
        (EventWarnings.NonPublicIp, "non_public_ip"),
        (EventWarnings.UppercaseHash, "uppercase_hash"),
        (EventWarnings.EmptyUserData, "empty_user_data"),
        (EventWarnings.PersonalDataInCustomData, "personal_data_in_custom_data"),
        (EventWarnings.NegativeValue, "negative_value"),
    ];

    /// <summary>Names of the flags set.</summary>
    public static IEnumerable<string> Names(this EventWarnings warnings) =>
        All.Where(entry => warnings.HasFlag(entry.Flag)).Select(static entry => entry.Name);
}
