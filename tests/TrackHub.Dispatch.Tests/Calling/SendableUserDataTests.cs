using TrackHub.Dispatch.Calling;
using TrackHub.Schemas;
using static TrackHub.Dispatch.Tests.SampleEvents;

namespace TrackHub.Dispatch.Tests.Calling;

public sealed class SendableUserDataTests
{
    private const string Md5 = "d41d8cd98f00b204e9800998ecf8427e";

    public static TheoryData<string, bool> Hashed() => new()
    {
        { Hash('a'), true },
        { Hash('a') + ".AQQDAQMC", true },
        { Hash('a') + ".Bg", true },
        { Hash('A'), false },
        { Md5, false },
        { Hash('a')[1..], false },
        { Hash('a') + "a", false },
        { Hash('a') + ".XYZ", false },
        { Hash('g'), false },
        { "ana@example.com", false },
        { "", false },
    };

    public static TheoryData<string, UserData> Refused() => new()
    {
        { "an address with a port", new() { ClientIpAddress = "203.0.113.9:443" } },
        { "a list of addresses", new() { ClientIpAddress = "203.0.113.9, 198.51.100.7" } },
        { "a private address", new() { ClientIpAddress = "10.0.0.1" } },
        { "a mapped address", new() { ClientIpAddress = "::ffff:203.0.113.9" } },
        { "no address", new() { ClientIpAddress = "" } },
        { "fbc with three parts", new() { Fbc = "fb.1.AbC" } },
        { "fbc in seconds", new() { Fbc = "fb.1.1768391700.AbC" } },
        { "fbc of another", new() { Fbc = "ga.1.1768391700123.AbC" } },
        { "fbp with letters", new() { Fbp = "fb.1.1768391700000.AbC" } },
        { "fbp without number", new() { Fbp = "fb.1.1768391700000." } },
    };

    [Theory]
    [MemberData(nameof(Hashed))]
    public void Hashed_keys_hold_SHA_256_in_lower_case_or_nothing(string value, bool isSent)
    {
        string[] expected = isSent ? [value] : [];
        string[] given = [value];

        foreach (var list in Lists(SendableUserData.Of(new() { Em = given, Ph = given, Fn = given, Ln = given, Ct = given, St = given, Zp = given, Country = given, Db = given, Ge = given })))
            list.ShouldBe(expected);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_not_hashed_has_its_form_or_is_left_out(string _, UserData data) => UserDataBaseline.IsEnough(SendableUserData.Of(data)).ShouldBeFalse();

    [Fact]
    public void A_bad_value_takes_no_good_one_with_it()
    {
        var sent = SendableUserData.Of(new() { Em = [Md5, Hash('a')], Fbp = "x", ClientUserAgent = "Mozilla/5.0", ExternalId = ["", "id-1"] });

        sent.ShouldSatisfyAllConditions(
            () => sent.Em.ShouldBe([Hash('a')]),
            () => sent.Fbp.ShouldBeNull(),
            () => sent.ClientUserAgent.ShouldBe("Mozilla/5.0"),
            () => sent.ExternalId.ShouldBe(["id-1"]));
    }

    [Fact]
    public void More_spellings_than_one_person_has_are_cut_off() =>
        SendableUserData.Of(new() { Em = [.. Enumerable.Range(0, 30).Select(static i => Hash('a')[..62] + (10 + i).ToString(System.Globalization.CultureInfo.InvariantCulture))] }).Em.Count.ShouldBe(10);

    [Fact]
    public void Good_data_is_passed_on_as_it_is()
    {
        var data = new UserData { Em = [Hash('a')], ClientIpAddress = "2001:db8::9", ClientUserAgent = "x", Fbc = "fb.1.1768391700123.A.b-C", Fbp = "fb.2.1768391700000.1.AQQAAQMC" };

        SendableUserData.Of(data).ShouldBeSameAs(data);
    }

    private static IReadOnlyList<string>[] Lists(UserData d) => [d.Em, d.Ph, d.Fn, d.Ln, d.Ct, d.St, d.Zp, d.Country, d.Db, d.Ge];
}
