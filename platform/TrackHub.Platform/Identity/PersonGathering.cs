using TrackHub.Platform.Tenants;

namespace TrackHub.Platform.Identity;

/// <summary>Reads what is known of a person, field by field; what cannot be used is noted and left out.</summary>
internal static class PersonGathering
{
    /// <summary>Says whether a cookie may be sent.</summary>
    public delegate bool CookieRule(ReadOnlySpan<char> text);

    /// <summary>All fields but those of the device and its cookies.</summary>
    public static PersonFacts Of(Brand brand, PersonData person, ref List<DroppedValue>? dropped)
    {
        var settings = brand.Settings;
        var place = person.Country ?? settings.DefaultCountry;
        return new()
        {
            Email = FieldValues.Of("em", person.KnownEmails, place, ref dropped, static (value, _) => Normalizer.Email(value)),
            Phone = FieldValues.Of("ph", person.KnownPhones, place, ref dropped, static (value, place) => Normalizer.Phone(value, place)),
            FirstName = FieldValues.Of("fn", person.FirstName, place, ref dropped, static (value, _) => Normalizer.FirstName(value)),
            LastName = FieldValues.Of("ln", person.LastName, place, ref dropped, static (value, _) => Normalizer.LastName(value)),
            City = FieldValues.Of("ct", person.City, place, ref dropped, static (value, _) => Normalizer.City(value)),
            State = FieldValues.Of("st", person.State, place, ref dropped, static (value, place) => Normalizer.State(value, place)),
            Zip = FieldValues.Of("zp", person.Zip, place, ref dropped, static (value, place) => Normalizer.Zip(value, place)),
            Country = FieldValues.Of("country", person.Country, place, ref dropped, static (value, _) => Normalizer.Country(value)),
            BirthDate = FieldValues.Of("db", person.BirthDate, place, ref dropped, settings.DayFirstDates
                ? static (value, _) => Normalizer.BirthDate(value, dayFirst: true)
                : static (value, _) => Normalizer.BirthDate(value)),
            Gender = FieldValues.Of("ge", person.Gender, place, ref dropped, static (value, _) => Normalizer.Gender(value)),
            ExternalId = FieldValues.Of("external_id", person.ExternalId, place, ref dropped, static (value, _) => Normalizer.ExternalId(value)),
        };
    }

    /// <summary>The visitor's address; none where it is no public one.</summary>
    public static VisitorAddress AddressOf(in VisitorData visitor, ref List<DroppedValue>? dropped)
    {
        var ip = default(VisitorAddress);
        if (visitor.Peer is { } peer ? !IpAddresses.TryRead(peer, out ip) : !visitor.Ip.IsWhiteSpace() && !IpAddresses.TryRead(visitor.Ip, out ip))
            (dropped ??= []).Add(new("client_ip_address", DropReason.Malformed));
        return ip;
    }

    /// <summary>A cookie without blanks around it; empty where it is none.</summary>
    public static ReadOnlySpan<char> CookieOf(ReadOnlySpan<char> value, int most, string field, CookieRule isValid, ref List<DroppedValue>? dropped)
    {
        var text = Bounded(value, most, field, ref dropped);
        if (text.IsEmpty || isValid(text))
            return text;
        (dropped ??= []).Add(new(field, DropReason.Malformed));
        return default;
    }

    /// <summary>A text without blanks around it; empty where it is too long.</summary>
    public static ReadOnlySpan<char> Bounded(ReadOnlySpan<char> value, int most, string field, ref List<DroppedValue>? dropped)
    {
        var text = Text.Trim(value);
        if (text.Length <= most)
            return text;
        (dropped ??= []).Add(new(field, DropReason.WrongLength));
        return default;
    }
}
