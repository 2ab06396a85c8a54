using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Platform.Identity;

/// <summary>One field of a person, normalised: the hashes to send, and what it is indexed by.</summary>
/// <param name="Hashes">To send, primary spelling first; empty for none.</param>
/// <param name="Indexed">Primary spelling or ready hash of the first value; null for none.</param>
/// <param name="Clear">Primary spelling of the first value where it did not come hashed.</param>
internal readonly record struct FieldValues(IReadOnlyList<string> Hashes, string? Indexed, string? Clear)
{
    private const int MaxValues = 4;

    public static FieldValues None { get; } = new([], Indexed: null, Clear: null);

    public bool IsEmpty => Hashes.Count == 0;

    // The place is handed over and not captured: a click has few of these fields, and would make a closure for each.
    public static FieldValues Of(string field, string? value, string? place, List<DroppedValue> dropped, Func<string, string?, Normalized> normalize) =>
        string.IsNullOrWhiteSpace(value) ? None : Of(field, new string[] { value }, place, dropped, normalize);

    public static FieldValues Of(string field, IReadOnlyList<string> values, string? place, List<DroppedValue> dropped, Func<string, string?, Normalized> normalize)
    {
        List<string>? hashes = null;
        string? indexed = null;
        string? clear = null;
        for (var i = 0; i < Math.Min(values.Count, MaxValues); i++)
        {
            var normalized = normalize(values[i], place);
            if (normalized.Primary is not { } primary)
            {
                if (normalized.Reason != DropReason.Empty)
                    dropped.Add(new(field, normalized.Reason));
                continue;
            }

            hashes ??= [];
            if (indexed is null)
            {
                indexed = normalized.IsHashed ? Identity.Hashes.WithoutSuffix(primary) : primary;
                clear = normalized.IsHashed ? null : primary;
            }

            AddNew(hashes, Normalizer.ToSend(normalized, primary));
            if (normalized.Second is { } second)
                AddNew(hashes, Normalizer.ToSend(normalized, second));
        }

        return hashes is null ? None : new(hashes, indexed, clear);
    }

    /// <summary>The blind index of the field; null for none.</summary>
    public byte[]? Index(Brand brand, IndexKind kind) => Indexed is null ? null : BlindIndex.Of(brand, kind, Indexed);

    private static void AddNew(List<string> hashes, string hash)
    {
        if (!hashes.Contains(hash))
            hashes.Add(hash);
    }
}

/// <summary>A person's fields on their way into an event. Changes in place.</summary>
internal struct PersonFacts(List<DroppedValue> dropped)
{
    public required FieldValues Email { get; init; }

    public required FieldValues Phone { get; init; }

    public required FieldValues FirstName { get; init; }

    public required FieldValues LastName { get; init; }

    public required FieldValues City { get; init; }

    public required FieldValues State { get; init; }

    public required FieldValues Zip { get; init; }

    public required FieldValues Country { get; set; }

    public required FieldValues BirthDate { get; init; }

    public required FieldValues Gender { get; init; }

    public required FieldValues ExternalId { get; init; }

    public VisitorAddress Ip { get; init; }

    public string? UserAgent { get; init; }

    public string? Fbp { get; init; }

    public string? Fbc { get; set; }

    public string? ClickId { get; private set; }

    public readonly IReadOnlyList<DroppedValue> Dropped => dropped;

    public readonly bool IsEmpty =>
        !NamesAPerson && Country.IsEmpty && BirthDate.IsEmpty && Gender.IsEmpty && ExternalId.IsEmpty
        && Ip.Text is null && UserAgent is null && Fbp is null && Fbc is null;

    private readonly bool NamesAPerson =>
        !(Email.IsEmpty && Phone.IsEmpty && FirstName.IsEmpty && LastName.IsEmpty && City.IsEmpty && State.IsEmpty && Zip.IsEmpty);

    /// <summary>
    /// The click id of the page address beside the cookie: a different one is newer and makes a new cookie, the same one keeps the cookie
    /// with its time.
    /// </summary>
    public void TakeClickId(string? fbclid, DateTimeOffset seenAt)
    {
        var known = Identity.Fbc.ClickIdOf(Fbc);
        ClickId = fbclid ?? known;
        if (fbclid is not null && fbclid != known)
            Fbc = Identity.Fbc.Build(fbclid, seenAt);
    }

    /// <summary>A person that names no country is taken for one of the brand's, unless the phone says otherwise.</summary>
    public void AssumeCountry(string country)
    {
        if (!Country.IsEmpty || !NamesAPerson)
            return;
        if (Phone.Clear is { } phone && Countries.CallingCodeOf(country) is { } code && !phone.StartsWith(code, StringComparison.Ordinal))
            return;

        // Country counts as no trait of the event: it was assumed.
        Country = new([Normalizer.Sha256Hex(country)], country, Clear: null);
    }

    public readonly UserData ToUserData() => new()
    {
        Em = Email.Hashes,
        Ph = Phone.Hashes,
        Fn = FirstName.Hashes,
        Ln = LastName.Hashes,
        Ct = City.Hashes,
        St = State.Hashes,
        Zp = Zip.Hashes,
        Country = Country.Hashes,
        Db = BirthDate.Hashes,
        Ge = Gender.Hashes,
        ExternalId = ExternalId.Hashes,
        ClientIpAddress = Ip.Text,
        ClientUserAgent = UserAgent,
        Fbc = Fbc,
        Fbp = Fbp,
    };
}
