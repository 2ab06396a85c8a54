using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using TrackHub.Platform.Money;

namespace TrackHub.Platform.Tests.Money;

public sealed class MinorUnitsTests
{
    private static readonly Gen<string> Currencies = Gen.Elements("BRL", "USD", "JPY", "KWD", "XXX");

    private static readonly Gen<long> Amounts = Gen.OneOf(
        ArbMap.Default.GeneratorFor<long>(),
        ArbMap.Default.GeneratorFor<int>().Select(static few => few * 10L),
        Gen.Elements(0, 1, -1, 100, long.MaxValue, long.MinValue));

    [Fact]
    public void Major_units_are_what_division_gives_to_the_last_digit_shown() => Prop.ForAll(
        Amounts.Zip(Currencies).ToArbitrary(),
        static amount =>
        {
            var (minor, currency) = amount;
            var divided = minor / (decimal)MinorUnits.PerMajor(currency);
            MinorUnits.ToMajor(minor, currency).ToString(CultureInfo.InvariantCulture).ShouldBe(divided.ToString(CultureInfo.InvariantCulture));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(19_700, "BRL", "197")]
    [InlineData(19_750, "BRL", "197.5")]
    [InlineData(-19_705, "BRL", "-197.05")]
    [InlineData(19_705, "JPY", "19705")]
    [InlineData(19_705, "KWD", "19.705")]
    [InlineData(0, "BRL", "0")]
    public void Major_units_show_no_zeros_at_the_end(long minor, string currency, string major) =>
        MinorUnits.ToMajor(minor, currency).ToString(CultureInfo.InvariantCulture).ShouldBe(major);
}
