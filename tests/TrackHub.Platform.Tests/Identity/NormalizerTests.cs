using FsCheck;
using FsCheck.Fluent;
using TrackHub.Platform.Identity;

namespace TrackHub.Platform.Tests.Identity;

public sealed class NormalizerTests
{
    private const string Hash = "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f";

    [Theory]
    [InlineData("John_Smith@gmail.com", "john_smith@gmail.com")]
    [InlineData(" \ufeffAna+news@Exemplo.COM.br\u00a0", "ana+news@exemplo.com.br")]
    [InlineData("ana@exãmplo.com.br", "ana@xn--exmplo-4ta.com.br")]
    [InlineData("ana@exa\u0303mplo.com.br", "ana@xn--exmplo-4ta.com.br")]
    public void Email_is_trimmed_lowered_and_its_host_in_punycode(string given, string expected) => Expect(Normalizer.Email(given), expected);

    [Theory]
    [InlineData("joão@exemplo.com.br", DropReason.NotAscii)]
    [InlineData("<ana@exemplo.com.br>", DropReason.Malformed)]
    [InlineData("ana@exemplo.com.br;", DropReason.Malformed)]
    [InlineData("ana@exemplo.com.br.", DropReason.Malformed)]
    [InlineData("ana@exemplo", DropReason.Malformed)]
    [InlineData("a@b@exemplo.com", DropReason.Malformed)]
    [InlineData("ana silva@exemplo.com", DropReason.Malformed)]
    [InlineData("@exemplo.com", DropReason.Malformed)]
    [InlineData("a..b@exemplo.com", DropReason.Malformed)]
    [InlineData("d41d8cd98f00b204e9800998ecf8427e", DropReason.Md5)]
    [InlineData("  ", DropReason.Empty)]
    [InlineData(null, DropReason.Empty)]
    public void Email_that_is_none_is_dropped(string? given, DropReason reason) => ExpectDropped(Normalizer.Email(given), reason);

    [Theory]
    [InlineData("Valéry", "valéry", null)]
    [InlineData("Maria José", "maria josé", "mariajosé")]
    [InlineData("  Maria \t José ", "maria josé", "mariajosé")]
    [InlineData("D'Ávila", "dávila", null)]
    [InlineData("D’Ávila", "dávila", null)]
    [InlineData("Ana-Maria", "anamaria", null)]
    [InlineData("Jose\u0301", "josé", null)]
    [InlineData("Nguyễn", "nguyễn", null)]
    [InlineData("Nguye\u0302\u0303n", "nguyễn", null)]
    [InlineData("Мария", "мария", null)]
    public void Names_lose_punctuation_and_keep_accents(string given, string primary, string? second)
    {
        Expect(Normalizer.FirstName(given), primary, second);
        Expect(Normalizer.LastName(given), primary, second);
    }

    [Theory]
    [InlineData("São Paulo", "saopaulo", "sãopaulo")]
    [InlineData("Sa\u0303o Paulo", "saopaulo", "sãopaulo")]
    [InlineData("São Paulo/SP", "saopaulosp", "sãopaulosp")]
    [InlineData("Belo Horizonte", "belohorizonte", null)]
    [InlineData("Mogi-Guaçu 2", "mogiguacu", "mogiguaçu")]
    [InlineData("Москва", "москва", null)]
    [InlineData("Łódź", "lodz", "łódź")]
    public void City_is_folded_first_and_accented_second(string given, string primary, string? second) =>
        Expect(Normalizer.City(given), primary, second);

    [Theory]
    [InlineData("1234")]
    [InlineData(" - ")]
    public void City_without_letters_is_dropped(string given) => ExpectDropped(Normalizer.City(given), DropReason.Empty);

    [Theory]
    [InlineData("São Paulo", null, "sp")]
    [InlineData("Minas Gerais", "Brasil", "mg")]
    [InlineData("Paraná", "BR", "pr")]
    [InlineData("Pará", "br", "pa")]
    [InlineData("SP", null, "sp")]
    [InlineData("BR-RJ", null, "rj")]
    [InlineData("rio grande do sul", null, "rs")]
    [InlineData("California", "US", "california")]
    [InlineData("São Paulo", "Portugal", "saopaulo")]
    public void Brazilian_state_becomes_its_UF(string given, string? country, string expected) =>
        Normalizer.State(given, country).Primary.ShouldBe(expected);

    [Theory]
    [InlineData("01310-100", "br", "01310100", "01310")]
    [InlineData("01310 100", "Brasil", "01310100", "01310")]
    [InlineData("01.310-100", null, "01310100", "01310")]
    [InlineData("940351234", "us", "94035", null)]
    [InlineData("94035-1234", "Estados Unidos", "94035", null)]
    [InlineData("M1 1AE", "gb", "m11ae", null)]
    [InlineData("1000-001", "pt", "1000001", null)]
    public void Postal_code_follows_its_country(string given, string? country, string primary, string? second) =>
        Expect(Normalizer.Zip(given, country), primary, second);

    [Theory]
    [InlineData("1310-100", "br")]
    [InlineData("0131", "us")]
    public void Postal_code_of_another_length_is_dropped(string given, string country) =>
        ExpectDropped(Normalizer.Zip(given, country), DropReason.WrongLength);

    [Theory]
    [InlineData("Brasil", "br")]
    [InlineData("BRA", "br")]
    [InlineData("BR", "br")]
    [InlineData("Alemanha", "de")]
    [InlineData("Estados Unidos", "us")]
    [InlineData("Áustria", "at")]
    [InlineData("uk", "gb")]
    [InlineData("España", "es")]
    [InlineData("Côte d’Ivoire", "ci")]
    public void Country_is_found_by_code_or_name(string given, string expected) => Expect(Normalizer.Country(given), expected);

    [Theory]
    [InlineData("Nárnia")]
    [InlineData("XX")]
    public void Unknown_country_is_dropped(string given) => ExpectDropped(Normalizer.Country(given), DropReason.Unknown);

    [Theory]
    [InlineData("1997-02-16", false, "19970216")]
    [InlineData("19970216", false, "19970216")]
    [InlineData("1997-02-16T03:00:00Z", false, "19970216")]
    [InlineData("16/02/1997", true, "19970216")]
    [InlineData("02/03/1997", true, "19970302")]
    public void Birth_date_is_ISO_or_day_first_where_told(string given, bool dayFirst, string expected) =>
        Expect(Normalizer.BirthDate(given, dayFirst), expected);

    [Theory]
    [InlineData("16/02/1997", false)]
    [InlineData("19971332", true)]
    [InlineData("30/02/1997", true)]
    [InlineData("12/31/1997", true)]
    [InlineData("0001-01-01", false)]
    public void Date_the_calendar_does_not_have_is_dropped(string given, bool dayFirst) =>
        ExpectDropped(Normalizer.BirthDate(given, dayFirst), DropReason.NotADate);

    [Theory]
    [InlineData("Masculino", "m")]
    [InlineData("fem", "f")]
    [InlineData("mulher", "f")]
    [InlineData("Homem", "m")]
    [InlineData("F", "f")]
    [InlineData("Feminino.", "f")]
    public void Gender_words_become_a_letter(string given, string expected) => Expect(Normalizer.Gender(given), expected);

    [Fact]
    public void Unknown_gender_is_dropped() => ExpectDropped(Normalizer.Gender("outro"), DropReason.Unknown);

    [Theory]
    [InlineData(" User-42 ", "User-42")]
    [InlineData("d41d8cd98f00b204e9800998ecf8427e", "d41d8cd98f00b204e9800998ecf8427e")]
    public void External_id_is_trimmed_and_nothing_else(string given, string expected)
    {
        var normalized = Normalizer.ExternalId(given);

        Expect(normalized, expected);
        normalized.IsHashed.ShouldBeFalse();
    }

    [Fact]
    public void Ready_hash_passes_in_every_field_and_its_suffix_stays()
    {
        foreach (var field in Fields)
        {
            var upper = field(Hash.ToUpperInvariant());
            upper.Primary.ShouldBe(Hash);
            upper.IsHashed.ShouldBeTrue();
            field(Hash + ".AQQCAQMC").Primary.ShouldBe(Hash + ".AQQCAQMC");
        }
    }

    // Spellings the reference library hashes that hold under TrackHub's rule too, and values Meta documents.
    [Theory]
    [InlineData("john_smith@gmail.com", Hash)]
    [InlineData("5511987654321", "029c7290f14c4516673508635f0519db95f7daf42057fd0e4ad1de84c5408a66")]
    [InlineData("valéry", "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c")]
    [InlineData("sãopaulo", "3eda1428ae1aece064071f8d40f08fe2bc59ffa66c171a163caf15122ec4d7f0")]
    [InlineData("01310", "cba5aecb8b3505d2221a198a401d3ecc88a02990b5d2863c50c4ded91a978fb5")]
    [InlineData("01310100", "9a4a139dfbfcd2fc89a3cb4302dad65a35abd8d29a56c09a962b69c5cf3bca40")]
    [InlineData("16505551212", "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176")]
    [InlineData("19970216", "01acdbf6ec7b4f478a225f1a246e5d6767eeab1a7ffa17f025265b5b94f40f0c")]
    [InlineData("us", "79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621")]
    public void Hash_is_the_documented_one(string normalized, string expected) => Normalizer.Sha256Hex(normalized).ShouldBe(expected);

    [Fact]
    public void Any_text_is_taken_or_dropped_and_its_primary_spelling_is_final()
    {
        var words = Gen.Elements(
            "São", "Paulo", " ", "'", "\u0303", "\u0301", "ß", "İ", "Σ", "@", ".com", "55", "11", "98765-4321", "0xx", "+", "\ufeff", "\ud83d", "-", "é", "Ǻ", "1997-02-16", "/");
        var texts = Gen.OneOf(
            ArbMap.Default.GeneratorFor<string>().Select(static text => text ?? ""), words.ListOf().Select(static list => string.Concat(list)));

        Prop.ForAll(texts.ToArbitrary(), static text => Fields.All(field =>
            field(text) is not { Primary: { } primary } || field(primary).Primary == primary)).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Fact]
    public void Long_text_is_dropped()
    {
        foreach (var field in Fields.Where(static field => field != Normalizer.ExternalId))
            field(new string('a', 100_000)).HasValue.ShouldBeFalse();
    }

    private static readonly Func<string?, Normalized>[] Fields =
    [
        Normalizer.Email, Normalizer.FirstName, Normalizer.LastName, Normalizer.City, static text => Normalizer.State(text),
        static text => Normalizer.Zip(text), static text => Normalizer.Zip(text, "br"), Normalizer.Country,
        static text => Normalizer.BirthDate(text, dayFirst: true), Normalizer.Gender, Normalizer.ExternalId,
        static text => Normalizer.Phone(text is null || text.Length is 0 or 64 || text.Contains('.') ? text : "+" + text),
    ];

    private static void Expect(Normalized actual, string primary, string? second = null)
    {
        actual.Reason.ShouldBe(DropReason.None);
        actual.Primary.ShouldBe(primary);
        actual.Second.ShouldBe(second);
    }

    private static void ExpectDropped(Normalized actual, DropReason reason)
    {
        actual.HasValue.ShouldBeFalse();
        actual.Reason.ShouldBe(reason);
    }
}
