namespace TrackHub.Platform.Identity;

/// <summary>
/// What an event says of a person, in clear, in the memory of the process that received it. It is never written, logged or passed on:
/// <see cref="PersonSealer"/> turns it into blind indexes and sealed hashes.
/// </summary>
public sealed class PersonData
{
    private List<string>? _emails;
    private List<string>? _phones;

    /// <summary>E-mail addresses, best first.</summary>
    public IList<string> Emails => _emails ??= [];

    /// <summary>Phone numbers as written, best first.</summary>
    public IList<string> Phones => _phones ??= [];

    /// <summary>E-mail addresses for who reads alone: most clicks have none, and no list.</summary>
    internal IReadOnlyList<string> KnownEmails => _emails ?? (IReadOnlyList<string>)[];

    /// <summary>Phone numbers, likewise.</summary>
    internal IReadOnlyList<string> KnownPhones => _phones ?? (IReadOnlyList<string>)[];

    /// <summary>Given name.</summary>
    public string? FirstName { get; set; }

    /// <summary>Family name.</summary>
    public string? LastName { get; set; }

    /// <summary>City.</summary>
    public string? City { get; set; }

    /// <summary>State or UF.</summary>
    public string? State { get; set; }

    /// <summary>Postal code.</summary>
    public string? Zip { get; set; }

    /// <summary>Country, name or code; the brand's default country is assumed for a person that names none.</summary>
    public string? Country { get; set; }

    /// <summary>Birth date: ISO, or dd/mm/yyyy where the brand takes it.</summary>
    public string? BirthDate { get; set; }

    /// <summary>Gender, a word or letter.</summary>
    public string? Gender { get; set; }

    /// <summary>The site's own id of the person.</summary>
    public string? ExternalId { get; set; }

    /// <summary>The visitor's address, never a gateway's server.</summary>
    public string? Ip { get; set; }

    /// <summary>The visitor's user agent.</summary>
    public string? UserAgent { get; set; }

    /// <summary>Meta's click cookie.</summary>
    public string? Fbc { get; set; }

    /// <summary>Meta's browser cookie.</summary>
    public string? Fbp { get; set; }

    /// <summary>Meta's click id from the page address, decoded once.</summary>
    public string? Fbclid { get; set; }

    /// <summary>When <see cref="Fbclid"/> was first seen; null: the time of sealing.</summary>
    public DateTimeOffset? FbclidSeenAt { get; set; }

    /// <summary>Splits a full name: the first word is the given name, the rest the family name.</summary>
    public void SetFullName(string? name)
    {
        var trimmed = Text.Trim(name);
        var space = trimmed.IndexOf(' ');
        FirstName = trimmed.IsEmpty ? null : (space < 0 ? trimmed : trimmed[..space]).ToString();
        LastName = space < 0 ? null : trimmed[(space + 1)..].ToString();
    }

    /// <summary>The parts that every visitor has.</summary>
    internal VisitorData ToVisitor() => new()
    {
        Ip = Ip,
        UserAgent = UserAgent,
        Fbc = Fbc,
        Fbp = Fbp,
        Fbclid = Fbclid,
        FbclidSeenAt = FbclidSeenAt,
        Known = this,
    };

    /// <summary>Nothing of the person.</summary>
    public override string ToString() => "***";
}
