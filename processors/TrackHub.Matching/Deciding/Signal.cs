namespace TrackHub.Matching.Deciding;

/// <summary>What can lead from a sale to a click. The numbers stand in Redis keys: never reuse one.</summary>
internal enum Signal
{
    /// <summary>TrackHub click id carried through the checkout.</summary>
    ClickId = 1,

    /// <summary>Browser session.</summary>
    Session = 2,

    /// <summary>Blind index of the e-mail.</summary>
    Email = 3,

    /// <summary>Blind index of the phone.</summary>
    Phone = 4,

    /// <summary>Blind index of Meta's click id, case kept; fbc is reduced to it.</summary>
    Fbclid = 5,

    /// <summary>Blind index of the full address.</summary>
    Ip = 6,

    /// <summary>Blind index of the address's /24 or /48.</summary>
    IpPrefix = 7,

    /// <summary>Blind index of the seller's own id of the visitor.</summary>
    ExternalId = 8,
}

/// <summary>The signals' names in evidence and settings.</summary>
internal static class SignalNames
{
    /// <summary>The name evidence and settings use.</summary>
    public static string Name(this Signal signal) => signal switch
    {
        Signal.ClickId => "click_id",
        Signal.Session => "session_id",
        Signal.Email => "email",
        Signal.Phone => "phone",
        Signal.Fbclid => "fbc",
        Signal.Ip => "ip",
        Signal.IpPrefix => "ip_prefix",
        Signal.ExternalId => "external_id",
        _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, null),
    };
}
