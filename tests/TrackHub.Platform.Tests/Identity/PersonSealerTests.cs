using TrackHub.Platform.Identity;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Platform.Tests.Identity;

public sealed class PersonSealerTests
{
    private static readonly string[] Clear =
        ["ana@example.com", "5511987654321", "98765", "maria", "Maria", "saopaulo", "São Paulo", "01310100", "cliente-42"];

    private readonly Sealer _sealer = new(TestBrand.Ring());
    private readonly Brand _brand = TestBrand.New();

    [Fact]
    public void Person_becomes_hashes_sealed_and_indexes()
    {
        var sealedPerson = Seal(Person());

        var data = Open(sealedPerson);
        data.Em.ShouldBe([Normalizer.Sha256Hex("ana@example.com")]);
        data.Ph.ShouldBe([Normalizer.Sha256Hex("5511987654321")]);
        data.Fn.ShouldBe([Normalizer.Sha256Hex("maria")]);
        data.Ln.ShouldBe([Normalizer.Sha256Hex("da silva"), Normalizer.Sha256Hex("dasilva")]);
        data.Ct.ShouldBe([Normalizer.Sha256Hex("saopaulo"), Normalizer.Sha256Hex("sãopaulo")]);
        data.St.ShouldBe([Normalizer.Sha256Hex("sp")]);
        data.Zp.ShouldBe([Normalizer.Sha256Hex("01310100"), Normalizer.Sha256Hex("01310")]);
        data.Country.ShouldBe([Normalizer.Sha256Hex("br")]);
        data.Db.ShouldBe([Normalizer.Sha256Hex("19970302")]);
        data.Ge.ShouldBe([Normalizer.Sha256Hex("f")]);
        data.ExternalId.ShouldBe([Normalizer.Sha256Hex("cliente-42")]);
        data.ClientIpAddress.ShouldBe("203.0.113.9");
        data.ClientUserAgent.ShouldBe("Agent/1.0");
        sealedPerson.Keys.Email.ShouldBe(BlindIndex.Of(_brand, IndexKind.Email, "ana@example.com"));
        sealedPerson.Keys.Phone.ShouldBe(BlindIndex.Of(_brand, IndexKind.Phone, "5511987654321"));
        sealedPerson.Keys.IpPrefix.ShouldBe(BlindIndex.Of(_brand, IndexKind.IpPrefix, "203.0.113.0/24"));
        (sealedPerson.Region, sealedPerson.Country).ShouldBe(("sp", null));
        sealedPerson.Dropped.ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_clear_is_left_in_what_leaves()
    {
        var sealedPerson = Seal(Person());
        var printed = $"{sealedPerson} {Person()} {Open(sealedPerson)} {System.Text.Encoding.UTF8.GetString(sealedPerson.UserData!.Box)}";

        foreach (var value in Clear)
            printed.ShouldNotContain(value, Case.Sensitive);
    }

    [Fact]
    public void Hash_from_a_page_meets_the_clear_value_of_the_sale()
    {
        var page = new PersonData();
        page.Emails.Add(Normalizer.Sha256Hex("ana@example.com").ToUpperInvariant() + ".AQQCAQMC");

        var sealedPage = Seal(page);

        sealedPage.Keys.Email.ShouldBe(Seal(Person()).Keys.Email);
        Open(sealedPage).Em.ShouldBe([Normalizer.Sha256Hex("ana@example.com").ToUpperInvariant() + ".AQQCAQMC"]);
    }

    [Fact]
    public void Values_that_are_none_are_dropped_and_named()
    {
        var person = new PersonData { Ip = "10.0.0.1", Fbp = "x", Fbc = "y", Zip = "123", Country = "Nárnia" };
        person.Emails.Add("nobody");
        person.Emails.Add("ana@example.com");
        person.Phones.Add("0800 123 4567");

        var sealedPerson = Seal(person);

        sealedPerson.Dropped.Select(static value => value.Field).ShouldBe(
            ["em", "ph", "country", "client_ip_address", "fbp", "fbc"], ignoreOrder: true);
        Open(sealedPerson).Em.ShouldHaveSingleItem();
        sealedPerson.Keys.Phone.ShouldBeNull();
    }

    [Fact]
    public void Visitor_nothing_is_known_of_carries_no_box()
    {
        var sealedPerson = Seal(new PersonData { Ip = "127.0.0.1" });

        sealedPerson.UserData.ShouldBeNull();
        sealedPerson.Keys.ShouldBe(new MatchKeys());
    }

    [Fact]
    public void Anonymous_visitor_gets_no_country() =>
        Open(Seal(new PersonData { Ip = "203.0.113.9", UserAgent = "Agent/1.0" })).Country.ShouldBeEmpty();

    [Fact]
    public void Foreign_phone_forbids_the_brand_s_country()
    {
        var person = new PersonData();
        person.Phones.Add("+351 912 345 678");

        Open(Seal(person)).Country.ShouldBeEmpty();
    }

    [Fact]
    public void Click_id_of_the_page_makes_the_cookie_unless_it_is_the_same()
    {
        const string Cookie = "fb.1.1690000000000.IwAR_same.AQQCAQMC";
        var seen = DateTimeOffset.FromUnixTimeMilliseconds(1700000000123);

        Open(Seal(new PersonData { Fbclid = "IwAR_new", FbclidSeenAt = seen })).Fbc.ShouldBe("fb.1.1700000000123.IwAR_new");
        Open(Seal(new PersonData { Fbc = Cookie, Fbclid = "IwAR_same", FbclidSeenAt = seen })).Fbc.ShouldBe(Cookie);
        Open(Seal(new PersonData { Fbc = Cookie, Fbclid = "iwar_same", FbclidSeenAt = seen })).Fbc.ShouldBe("fb.1.1700000000123.iwar_same");
        Seal(new PersonData { Fbc = Cookie }).Keys.Fbclid.ShouldBe(BlindIndex.Of(_brand, IndexKind.Fbclid, "IwAR_same"));
    }

    [Fact]
    public void Sale_and_click_are_merged_with_the_sale_s_hashes_first_and_the_click_s_device()
    {
        var sale = new UserData { Em = ["s"], Ph = ["p"], ClientIpAddress = "203.0.113.1", ClientUserAgent = "sale" };
        var click = new UserData { Em = ["c", "s"], ClientIpAddress = "203.0.113.2", ClientUserAgent = "click", Fbc = "fbc", Fbp = "fbp" };

        var merged = UserDataMerge.Merge(sale, click);

        merged.Em.ShouldBe(["s", "c"]);
        merged.Ph.ShouldBe(["p"]);
        (merged.ClientIpAddress, merged.ClientUserAgent, merged.Fbc, merged.Fbp).ShouldBe(("203.0.113.2", "click", "fbc", "fbp"));
        UserDataMerge.Merge(sale, null).ShouldBe(sale);
        UserDataMerge.Merge(null, click).ShouldBe(click);
        UserDataMerge.Merge(null, null).ShouldBe(new UserData());
    }

    [Fact]
    public void Full_name_is_split_at_its_first_space()
    {
        var person = new PersonData();
        person.SetFullName("  Maria da Silva ");

        (person.FirstName, person.LastName).ShouldBe(("Maria", "da Silva"));
        person.SetFullName("Maria");
        (person.FirstName, person.LastName).ShouldBe(("Maria", null));
        person.SetFullName(" ");
        (person.FirstName, person.LastName).ShouldBe((null, null));
    }

    private static PersonData Person()
    {
        var person = new PersonData
        {
            FirstName = "Maria",
            LastName = "da Silva",
            City = "São Paulo",
            State = "São Paulo",
            Zip = "01310-100",
            BirthDate = "02/03/1997",
            Gender = "mulher",
            ExternalId = "cliente-42",
            Ip = "203.0.113.9:1234",
            UserAgent = "Agent/1.0",
        };
        person.Emails.Add("Ana@Example.com");
        person.Phones.Add("(11) 98765-4321");
        return person;
    }

    private SealedPerson Seal(PersonData person) => new PersonSealer(_sealer).Seal(_brand, person, TestBrand.Now);

    private UserData Open(SealedPerson person) => _sealer.OpenUserData(_brand.TenantId, person.UserData.ShouldNotBeNull());
}
