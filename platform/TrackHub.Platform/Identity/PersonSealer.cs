using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Platform.Identity;

/// <summary>A value of a person that was not taken.</summary>
/// <param name="Field">Meta's key: em, ph, fn …</param>
/// <param name="Reason">Why.</param>
public readonly record struct DroppedValue(string Field, DropReason Reason);

/// <summary>What an event may carry of a person.</summary>
/// <param name="Keys">Blind indexes for matching.</param>
/// <param name="UserData">Meta's user data, sealed; null when nothing is known.</param>
/// <param name="Region">State as a coarse trait: the UF in Brazil, lower case; null when unknown or given as a hash.</param>
/// <param name="Country">ISO 3166-1 alpha-2, lower case, likewise.</param>
/// <param name="Dropped">Values given and not taken, for counters.</param>
public readonly record struct SealedPerson(
    MatchKeys Keys, SealedBox? UserData, string? Region, string? Country, IReadOnlyList<DroppedValue> Dropped)
{
    /// <summary>Keys and user data alone.</summary>
    public void Deconstruct(out MatchKeys keys, out SealedBox? userData) => (keys, userData) = (Keys, UserData);
}

/// <summary>The one place where a person's clear data ends: normalised, hashed, indexed and sealed. Thread-safe.</summary>
public sealed class PersonSealer(Sealer sealer)
{
    private const int MaxUserAgent = 1024;
    private const int MaxCookie = 1024;

    /// <summary>Turns a person's data into what an event may carry.</summary>
    /// <param name="brand">Brand of the event: its index key, tenant and default country.</param>
    /// <param name="person">What is known; left unchanged.</param>
    /// <param name="now">Time of writing: names the day key.</param>
    /// <exception cref="KeyGoneException">The day has no secret.</exception>
    public SealedPerson Seal(Brand brand, PersonData person, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(brand);
        ArgumentNullException.ThrowIfNull(person);

        var facts = Gather(brand, person, now);
        var keys = new MatchKeys
        {
            Email = facts.Email.Index(brand, IndexKind.Email),
            Phone = facts.Phone.Index(brand, IndexKind.Phone),
            ExternalId = facts.ExternalId.Index(brand, IndexKind.ExternalId),
            Fbclid = facts.ClickId is null ? null : BlindIndex.Of(brand, IndexKind.Fbclid, facts.ClickId),
            Ip = facts.Ip.Text is null ? null : BlindIndex.Of(brand, IndexKind.Ip, facts.Ip.Text),
            IpPrefix = facts.Ip.Text is null ? null : IndexOfPrefix(brand, facts.Ip),
            UserAgent = facts.UserAgent is null ? null : BlindIndex.Of(brand, IndexKind.UserAgent, facts.UserAgent),
        };
        var box = facts.IsEmpty ? null : sealer.SealUserData(brand.TenantId, facts.ToUserData(), now);
        return new(keys, box, facts.State.Clear, facts.Country.Clear, facts.Dropped);
    }

    private static byte[] IndexOfPrefix(Brand brand, VisitorAddress ip)
    {
        Span<char> prefix = stackalloc char[VisitorAddress.MaxPrefix];
        return BlindIndex.Of(brand, IndexKind.IpPrefix, prefix[..ip.WritePrefix(prefix)]);
    }

    private static PersonFacts Gather(Brand brand, PersonData person, DateTimeOffset now)
    {
        var settings = brand.Settings;
        var dropped = new List<DroppedValue>();
        var place = person.Country ?? settings.DefaultCountry;
        var facts = new PersonFacts(dropped)
        {
            Email = FieldValues.Of("em", person.KnownEmails, place, dropped, static (value, _) => Normalizer.Email(value)),
            Phone = FieldValues.Of("ph", person.KnownPhones, place, dropped, static (value, place) => Normalizer.Phone(value, place)),
            FirstName = FieldValues.Of("fn", person.FirstName, place, dropped, static (value, _) => Normalizer.FirstName(value)),
            LastName = FieldValues.Of("ln", person.LastName, place, dropped, static (value, _) => Normalizer.LastName(value)),
            City = FieldValues.Of("ct", person.City, place, dropped, static (value, _) => Normalizer.City(value)),
            State = FieldValues.Of("st", person.State, place, dropped, static (value, place) => Normalizer.State(value, place)),
            Zip = FieldValues.Of("zp", person.Zip, place, dropped, static (value, place) => Normalizer.Zip(value, place)),
            Country = FieldValues.Of("country", person.Country, place, dropped, static (value, _) => Normalizer.Country(value)),
            BirthDate = FieldValues.Of("db", person.BirthDate, place, dropped, settings.DayFirstDates
                ? static (value, _) => Normalizer.BirthDate(value, dayFirst: true)
                : static (value, _) => Normalizer.BirthDate(value)),
            Gender = FieldValues.Of("ge", person.Gender, place, dropped, static (value, _) => Normalizer.Gender(value)),
            ExternalId = FieldValues.Of("external_id", person.ExternalId, place, dropped, static (value, _) => Normalizer.ExternalId(value)),
            Ip = Address(person.Ip, dropped),
            UserAgent = Bounded(person.UserAgent, MaxUserAgent, "client_user_agent", dropped),
            Fbp = Cookie(person.Fbp, "fbp", Fbp.IsValid, dropped),
            Fbc = Cookie(person.Fbc, "fbc", static text => Fbc.TryParse(text, out _), dropped),
        };
        facts.TakeClickId(Bounded(person.Fbclid, MaxCookie, "fbclid", dropped), person.FbclidSeenAt ?? now);
        facts.AssumeCountry(settings.DefaultCountry);
        return facts;
    }

    private static VisitorAddress Address(string? value, List<DroppedValue> dropped)
    {
        if (string.IsNullOrWhiteSpace(value))
            return default;
        if (!IpAddresses.TryRead(value, out var ip))
            dropped.Add(new("client_ip_address", DropReason.Malformed));
        return ip;
    }

    private static string? Cookie(string? value, string field, Func<string, bool> isValid, List<DroppedValue> dropped)
    {
        var text = Bounded(value, MaxCookie, field, dropped);
        if (text is null || isValid(text))
            return text;
        dropped.Add(new(field, DropReason.Malformed));
        return null;
    }

    private static string? Bounded(string? value, int most, string field, List<DroppedValue> dropped)
    {
        var text = Text.Trim(value);
        if (text.Length <= most)
            return text.IsEmpty ? null : text.Length == value!.Length ? value : text.ToString();
        dropped.Add(new(field, DropReason.WrongLength));
        return null;
    }
}
