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
    public static FieldValues Of(string field, string? value, string? place, ref List<DroppedValue>? dropped, Func<string, string?, Normalized> normalize) =>
        string.IsNullOrWhiteSpace(value) ? None : Of(field, new string[] { value }, place, ref dropped, normalize);

    public static FieldValues Of(string field, IReadOnlyList<string> values, string? place, ref List<DroppedValue>? dropped, Func<string, string?, Normalized> normalize)
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
                    (dropped ??= []).Add(new(field, normalized.Reason));
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


    private static void AddNew(List<string> hashes, string hash)
    {
        if (!hashes.Contains(hash))
            hashes.Add(hash);
    }
}

/// <summary>A person's fields on their way into an event.</summary>
internal ref struct PersonFacts
{
    public PersonFacts()
    {
    }

    public FieldValues Email { get; init; } = FieldValues.None;

    public FieldValues Phone { get; init; } = FieldValues.None;

    public FieldValues FirstName { get; init; } = FieldValues.None;

    public FieldValues LastName { get; init; } = FieldValues.None;

    public FieldValues City { get; init; } = FieldValues.None;

    public FieldValues State { get; init; } = FieldValues.None;

    public FieldValues Zip { get; init; } = FieldValues.None;

    public FieldValues Country { get; init; } = FieldValues.None;

    public FieldValues BirthDate { get; init; } = FieldValues.None;

    public FieldValues Gender { get; init; } = FieldValues.None;

    public FieldValues ExternalId { get; init; } = FieldValues.None;

    /// <summary>Canonical text of the address; empty for none, as are the others.</summary>
    public ReadOnlySpan<char> Ip { get; set; }

    public ReadOnlySpan<char> IpPrefix { get; set; }

    public ReadOnlySpan<char> UserAgent { get; set; }

    public ReadOnlySpan<char> Fbp { get; set; }

    public ReadOnlySpan<char> Fbc { get; set; }

    public ReadOnlySpan<char> ClickId { get; set; }

    public readonly bool IsEmpty =>
        !NamesAPerson && Country.IsEmpty && BirthDate.IsEmpty && Gender.IsEmpty && ExternalId.IsEmpty
        && Ip.IsEmpty && UserAgent.IsEmpty && Fbp.IsEmpty && Fbc.IsEmpty;

    private readonly bool NamesAPerson =>
        !(Email.IsEmpty && Phone.IsEmpty && FirstName.IsEmpty && LastName.IsEmpty && City.IsEmpty && State.IsEmpty && Zip.IsEmpty);

    /// <summary>Writes them as user data to the start of <paramref name="destination"/>; false, with some of them in it, if that is too small.</summary>
    /// <param name="country">Where the brand's persons are at home, alpha-2.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="written">Bytes.</param>
    public readonly bool TryEncode(string country, Span<byte> destination, out int written)
    {
        var writer = new AvroWriter(destination);
        new UserDataSpans
        {
            Em = Email.Hashes,
            Ph = Phone.Hashes,
            Fn = FirstName.Hashes,
            Ln = LastName.Hashes,
            Ct = City.Hashes,
            St = State.Hashes,
            Zp = Zip.Hashes,
            // Country counts as no trait of the event where it is assumed.
            Country = MayBeAssumedIn(country) ? [Normalizer.Sha256Hex(country)] : Country.Hashes,
            Db = BirthDate.Hashes,
            Ge = Gender.Hashes,
            ExternalId = ExternalId.Hashes,
            ClientIpAddress = NullIfEmpty(Ip),
            ClientUserAgent = NullIfEmpty(UserAgent),
            Fbc = NullIfEmpty(Fbc),
            Fbp = NullIfEmpty(Fbp),
        }.Encode(ref writer);
        written = writer.Written;
        return !writer.Overflowed;
    }

    // A person that names no country is taken for one of the brand's, unless the phone says otherwise.
    private readonly bool MayBeAssumedIn(string country) =>
        Country.IsEmpty && NamesAPerson
        && !(Phone.Clear is { } phone && Countries.CallingCodeOf(country) is { } code && !phone.StartsWith(code, StringComparison.Ordinal));

    private static ReadOnlySpan<char> NullIfEmpty(ReadOnlySpan<char> text) => text.IsEmpty ? default : text;
}
