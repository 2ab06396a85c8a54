using TrackHub.Schemas;

namespace TrackHub.Dispatch.Calling;

/// <summary>Whether user data can match anybody: what Meta refuses with subcode 2804050 is not sent, for it takes its batch down with it.</summary>
/// <remarks>Source: Conversions API, "Best practices", invalid combinations.</remarks>
internal static class UserDataBaseline
{
    [Flags]
    private enum Keys
    {
        None = 0,
        City = 1,
        Country = 2,
        State = 4,
        Zip = 8,
        Gender = 16,
        UserAgent = 32,
        BirthDate = 64,
        FirstName = 128,
        LastName = 256,
        Person = 512,
    }

    private static readonly Keys[] TooBroad =
    [
        Keys.City | Keys.Country | Keys.State | Keys.Zip | Keys.Gender | Keys.UserAgent,
        Keys.BirthDate | Keys.UserAgent,
        Keys.FirstName | Keys.Gender,
        Keys.LastName | Keys.Gender,
    ];

    /// <summary>False if the keys present are none, or a subset of one of the combinations Meta refuses.</summary>
    public static bool IsEnough(UserData data)
    {
        var present = Of(data);
        return !Array.Exists(TooBroad, set => (present & ~set) == Keys.None);
    }

    private static Keys Of(UserData data) =>
        When(data.Ct, Keys.City) | When(data.Country, Keys.Country) | When(data.St, Keys.State) | When(data.Zp, Keys.Zip)
        | When(data.Ge, Keys.Gender) | When(data.Db, Keys.BirthDate) | When(data.Fn, Keys.FirstName) | When(data.Ln, Keys.LastName)
        | When(data.Em, Keys.Person) | When(data.Ph, Keys.Person) | When(data.ExternalId, Keys.Person)
        | When(data.ClientUserAgent, Keys.UserAgent)
        | When(data.ClientIpAddress, Keys.Person) | When(data.Fbc, Keys.Person) | When(data.Fbp, Keys.Person);

    private static Keys When(IReadOnlyCollection<string> values, Keys key) => values.Count > 0 ? key : Keys.None;

    private static Keys When(string? value, Keys key) => string.IsNullOrEmpty(value) ? Keys.None : key;
}
