namespace TrackHub.Ingest.Tracking;

/// <summary>One browser event as it was sent, in clear and in memory only. A text is empty where it was absent, anything else null.</summary>
/// <remarks>A value whose texts lie in a <see cref="TextArena"/>: it is read, checked and turned into a record on one stack, and no pool keeps a person in clear.</remarks>
internal struct TrackedBody
{
    /// <summary>Name of the event, inside a batch.</summary>
    public ReadOnlyMemory<char> Kind { get; set; }

    /// <summary>The page's own id.</summary>
    public ReadOnlyMemory<char> EventId { get; set; }

    /// <summary>When it happened.</summary>
    public DateTimeOffset? EventTime { get; set; }

    /// <summary>Browser session.</summary>
    public ReadOnlyMemory<char> SessionId { get; set; }

    /// <summary>TrackHub click id.</summary>
    public ReadOnlyMemory<char> ClickId { get; set; }

    /// <summary>What is kept of the page's address; <see cref="PageAddress.None"/> if it is none that is taken.</summary>
    public PageAddress? Url { get; set; }

    /// <summary>Host and path of the page before; null also if its address is none.</summary>
    public ReadOnlyMemory<char> Referrer { get; set; }

    /// <summary>Meta click id.</summary>
    public ReadOnlyMemory<char> Fbclid { get; set; }

    /// <summary>Google click id.</summary>
    public ReadOnlyMemory<char> Gclid { get; set; }

    /// <summary>Meta's click cookie.</summary>
    public ReadOnlyMemory<char> Fbc { get; set; }

    /// <summary>Meta's browser cookie.</summary>
    public ReadOnlyMemory<char> Fbp { get; set; }

    /// <summary>The site's own id of the person.</summary>
    public ReadOnlyMemory<char> ExternalId { get; set; }

    /// <summary>E-mail.</summary>
    public ReadOnlyMemory<char> Email { get; set; }

    /// <summary>Phone.</summary>
    public ReadOnlyMemory<char> Phone { get; set; }

    /// <summary>Campaign parameters.</summary>
    public Utm Utm { get; set; }

    /// <summary>Product.</summary>
    public ReadOnlyMemory<char> Product { get; set; }

    /// <summary>Value in major units.</summary>
    public decimal? Value { get; set; }

    /// <summary>ISO 4217, upper case.</summary>
    public ReadOnlyMemory<char> Currency { get; set; }

    /// <summary>Consent to advertising.</summary>
    public bool? ConsentAds { get; set; }

    /// <summary>Consent of a consent event.</summary>
    public bool? Ads { get; set; }

    /// <summary>Visitor's address, from a server.</summary>
    public ReadOnlyMemory<char> ClientIp { get; set; }

    /// <summary>Visitor's user agent, from a server.</summary>
    public ReadOnlyMemory<char> UserAgent { get; set; }

    /// <summary>Nothing of the visitor.</summary>
    public override readonly string ToString() => "***";
}

/// <summary>Campaign parameters; empty where absent.</summary>
internal readonly record struct Utm(
    ReadOnlyMemory<char> Source, ReadOnlyMemory<char> Medium, ReadOnlyMemory<char> Campaign, ReadOnlyMemory<char> Content, ReadOnlyMemory<char> Term)
{
    /// <summary>Fills what is missing from another set.</summary>
    public Utm Or(Utm other) => new(
        Either(Source, other.Source), Either(Medium, other.Medium), Either(Campaign, other.Campaign), Either(Content, other.Content), Either(Term, other.Term));

    private static ReadOnlyMemory<char> Either(ReadOnlyMemory<char> first, ReadOnlyMemory<char> second) => first.IsEmpty ? second : first;
}
