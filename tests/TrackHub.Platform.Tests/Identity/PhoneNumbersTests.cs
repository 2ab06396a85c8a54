using TrackHub.Platform.Identity;

namespace TrackHub.Platform.Tests.Identity;

public sealed class PhoneNumbersTests
{
    private static readonly int[] AreaCodes =
    [
        .. Enumerable.Range(11, 9), 21, 22, 24, 27, 28, .. Enumerable.Range(31, 5), 37, 38, .. Enumerable.Range(41, 9), 51, 53, 54, 55,
        .. Enumerable.Range(61, 9), 71, 73, 74, 75, 77, 79, .. Enumerable.Range(81, 9), .. Enumerable.Range(91, 9),
    ];

    [Theory]
    [InlineData("+55 (11) 98765-4321")]
    [InlineData("0055 11 98765-4321")]
    [InlineData("055 11 98765-4321")]
    [InlineData("(11) 98765-4321")]
    [InlineData("(011) 98765-4321")]
    [InlineData("+55 (0xx11) 98765-4321")]
    [InlineData("0 15 11 98765-4321")]
    [InlineData("+55 11 98765-4321 ramal 12")]
    [InlineData("11.98765.4321")]
    [InlineData("whatsapp:+5511987654321")]
    [InlineData("5511987654321")]
    [InlineData("+55 011 98765-4321")]
    [InlineData("+55 0 15 11 98765-4321")]
    [InlineData("(0XX11) 98765-4321")]
    [InlineData("550 11 98765-4321")]
    [InlineData("\u00a0+55\u00a011\u00a098765–4321")]
    [InlineData("11 98765-4321 x12")]
    public void Brazilian_mobile_number_in_any_dress_is_one_number(string given)
    {
        var phone = Normalizer.Phone(given);

        phone.Primary.ShouldBe("5511987654321");
        phone.Second.ShouldBeNull();
    }

    [Theory]
    [InlineData("(55) 98765-4321", "5555987654321")]
    [InlineData("(55) 3232-1000", "555532321000")]
    [InlineData("5532321000", "555532321000")]
    [InlineData("+55 55 3232-1000", "555532321000")]
    [InlineData("(11) 3456-7890", "551134567890")]
    [InlineData("551134567890", "551134567890")]
    public void Length_and_not_prefix_tells_the_country_code(string given, string expected)
    {
        var phone = Normalizer.Phone(given);

        phone.Primary.ShouldBe(expected);
        phone.Second.ShouldBeNull("a ninth digit is never added to a fixed line");
    }

    [Theory]
    [InlineData("553187654321", "5531987654321", "553187654321")]
    [InlineData("(31) 8765-4321", "5531987654321", "553187654321")]
    [InlineData("+55 85 6765-4321", "5585967654321", "558567654321")]
    public void Mobile_number_without_its_ninth_digit_gives_both_spellings(string given, string primary, string second)
    {
        var phone = Normalizer.Phone(given);

        phone.Primary.ShouldBe(primary);
        phone.Second.ShouldBe(second);
    }

    [Theory]
    [InlineData("0800 123 4567", DropReason.NotAPersonsPhone)]
    [InlineData("4004-1234", DropReason.NoCountryCode)]
    [InlineData("(20) 98765-4321", DropReason.NotAPersonsPhone)]
    [InlineData("(11) 88765-4321", DropReason.NotAPersonsPhone)]
    [InlineData("+55 98765-4321", DropReason.WrongLength)]
    [InlineData("123456", DropReason.NoCountryCode)]
    [InlineData("12345678901234567", DropReason.WrongLength)]
    [InlineData("+1234", DropReason.WrongLength)]
    [InlineData("(650)555-1212", DropReason.NotAPersonsPhone)]
    [InlineData("ligue já", DropReason.Malformed)]
    [InlineData("٠١١٩٨٧٦٥٤٣٢١", DropReason.Malformed)]
    [InlineData("", DropReason.Empty)]
    public void Number_of_no_person_is_dropped(string given, DropReason reason) => Normalizer.Phone(given).Reason.ShouldBe(reason);

    [Theory]
    [InlineData("+1 650 555 1212", "16505551212")]
    [InlineData("00351 912 345 678", "351912345678")]
    [InlineData("+351 912 345 678", "351912345678")]
    public void Number_with_another_country_code_is_kept(string given, string expected) => Normalizer.Phone(given).Primary.ShouldBe(expected);

    [Theory]
    [InlineData("(650)555-1212", "us", "16505551212")]
    [InlineData("16505551212", "Estados Unidos", "16505551212")]
    [InlineData("912 345 678", "pt", "351912345678")]
    [InlineData("351912345678", "pt", "351912345678")]
    [InlineData("020 7946 0018", "gb", "442079460018")]
    [InlineData("5511987654321", "us", "5511987654321")]
    public void Number_at_home_in_a_known_country_gets_its_code(string given, string country, string expected) =>
        Normalizer.Phone(given, country).Primary.ShouldBe(expected);

    [Fact]
    public void Number_at_home_in_a_country_of_unknown_plan_is_dropped() =>
        Normalizer.Phone("12345678", "fi").Reason.ShouldBe(DropReason.NoCountryCode);

    [Fact]
    public void Exactly_the_67_area_codes_are_taken()
    {
        AreaCodes.Length.ShouldBe(67);
        for (var code = 10; code < 100; code++)
            Normalizer.Phone($"+55 {code} 98765-4321").HasValue.ShouldBe(AreaCodes.Contains(code), $"area code {code}");
    }
}
