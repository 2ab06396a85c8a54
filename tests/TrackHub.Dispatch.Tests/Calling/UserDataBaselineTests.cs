using TrackHub.Dispatch.Calling;
using TrackHub.Schemas;

namespace TrackHub.Dispatch.Tests.Calling;

public sealed class UserDataBaselineTests
{
    private static readonly string[] One = ["x"];

    public static TheoryData<string, UserData> TooBroad() => new()
    {
        { "nothing", new UserData() },
        { "user agent", new UserData { ClientUserAgent = "x" } },
        { "place and user agent", new UserData { Ct = One, Country = One, St = One, Zp = One, Ge = One, ClientUserAgent = "x" } },
        { "birth date and user agent", new UserData { Db = One, ClientUserAgent = "x" } },
        { "first name and gender", new UserData { Fn = One, Ge = One } },
        { "last name", new UserData { Ln = One } },
    };

    public static TheoryData<string, UserData> Enough() => new()
    {
        { "e-mail", new UserData { Em = One } },
        { "phone", new UserData { Ph = One } },
        { "external id", new UserData { ExternalId = One } },
        { "address and user agent", new UserData { ClientIpAddress = "203.0.113.9", ClientUserAgent = "x" } },
        { "fbc", new UserData { Fbc = "x" } },
        { "fbp", new UserData { Fbp = "x" } },
        { "first and last name", new UserData { Fn = One, Ln = One } },
        { "birth date and city", new UserData { Db = One, Ct = One } },
    };

    [Theory]
    [MemberData(nameof(TooBroad))]
    public void What_Meta_finds_too_broad_is_not_enough(string _, UserData data) => UserDataBaseline.IsEnough(data).ShouldBeFalse();

    [Theory]
    [MemberData(nameof(Enough))]
    public void What_names_a_person_or_a_browser_is_enough(string _, UserData data) => UserDataBaseline.IsEnough(data).ShouldBeTrue();
}
