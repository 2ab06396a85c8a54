using TrackHub.Platform.Identity;

namespace TrackHub.Ingest.Webhooks;

/// <summary>Builds the buyer of a sale.</summary>
internal static class Buyers
{
    /// <summary>A person with a name and contacts: the gateway's own first and last name where it gives them, else the full name split.</summary>
    public static PersonData Of(string? full, string? first, string? last, string? email, string? phone)
    {
        var person = new PersonData();
        person.SetFullName(full);
        if (first is not null && full is not null && full.StartsWith(first + " ", StringComparison.OrdinalIgnoreCase))
            person.LastName = full[(first.Length + 1)..].Trim();
        person.FirstName = first ?? person.FirstName;
        person.LastName = last ?? person.LastName;
        if (email is not null)
            person.Emails.Add(email);
        if (phone is not null)
            person.Phones.Add(phone);
        return person;
    }
}
