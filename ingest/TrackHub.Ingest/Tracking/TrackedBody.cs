namespace TrackHub.Ingest.Tracking;

/// <summary>One browser event as it was sent, in clear and in memory only. Every field is null where it was absent.</summary>
/// <remarks>A value: it is read, checked and turned into a record on one stack, and no pool keeps a person in clear.</remarks>
internal struct TrackedBody
{
    /// <summary>Name of the event, inside a batch.</summary>
    public string? Kind { get; set; }

    /// <summary>The page's own id.</summary>
    public string? EventId { get; set; }

    /// <summary>When it happened.</summary>
    public DateTimeOffset? EventTime { get; set; }

    /// <summary>Browser session.</summary>
    public string? SessionId { get; set; }

    /// <summary>TrackHub click id.</summary>
    public string? ClickId { get; set; }

    /// <summary>What is kept of the page's address; <see cref="PageAddress.None"/> if it is none that is taken.</summary>
    public PageAddress? Url { get; set; }

    /// <summary>Host and path of the page before; null also if its address is none.</summary>
    public string? Referrer { get; set; }

    /// <summary>Meta click id.</summary>
    public string? Fbclid { get; set; }

    /// <summary>Google click id.</summary>
    public string? Gclid { get; set; }

    /// <summary>Meta's click cookie.</summary>
    public string? Fbc { get; set; }

    /// <summary>Meta's browser cookie.</summary>
    public string? Fbp { get; set; }

    /// <summary>The site's own id of the person.</summary>
    public string? ExternalId { get; set; }

    /// <summary>E-mail.</summary>
    public string? Email { get; set; }

    /// <summary>Phone.</summary>
    public string? Phone { get; set; }

    /// <summary>Campaign parameters.</summary>
    public Utm Utm { get; set; }

    /// <summary>Product.</summary>
    public string? Product { get; set; }

    /// <summary>Value in major units.</summary>
    public decimal? Value { get; set; }

    /// <summary>ISO 4217, upper case.</summary>
    public string? Currency { get; set; }

    /// <summary>Consent to advertising.</summary>
    public bool? ConsentAds { get; set; }

    /// <summary>Consent of a consent event.</summary>
    public bool? Ads { get; set; }

    /// <summary>Visitor's address, from a server.</summary>
    public string? ClientIp { get; set; }

    /// <summary>Visitor's user agent, from a server.</summary>
    public string? UserAgent { get; set; }

    /// <summary>Nothing of the visitor.</summary>
    public override readonly string ToString() => "***";
}

/// <summary>Campaign parameters.</summary>
internal readonly record struct Utm(string? Source, string? Medium, string? Campaign, string? Content, string? Term)
{
    /// <summary>Fills what is missing from another set.</summary>
    public Utm Or(Utm other) => new(Source ?? other.Source, Medium ?? other.Medium, Campaign ?? other.Campaign, Content ?? other.Content, Term ?? other.Term);
}
