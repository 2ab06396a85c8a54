using TrackHub.Ingest.Webhooks;

namespace TrackHub.Ingest.Tests.Webhooks;

public sealed class DisplayAmountTests
{
    [Theory]
    [InlineData("R$ 169,80", "169.80", "BRL")]
    [InlineData("R$1.234,56", "1234.56", "BRL")]
    [InlineData("R$ 1.234.567,89", "1234567.89", "BRL")]
    [InlineData("r$ 0,00", "0", "BRL")]
    [InlineData("R$ 1.234", "1234", "BRL")]
    [InlineData("R$ 12.345.678", "12345678", "BRL")]
    [InlineData("R$ 97", "97", "BRL")]
    [InlineData("R$ 97,5", "97.5", "BRL")]
    [InlineData("US$ 1,234.56", "1234.56", "USD")]
    [InlineData("$ 10.50", "10.50", "USD")]
    [InlineData("€ 10,50", "10.50", "EUR")]
    [InlineData("1234.56", "1234.56", null)]
    public void An_amount_reads(string text, string major, string? currency)
    {
        DisplayAmount.TryParse(text, out var read, out var sign).ShouldBeTrue();

        read.ShouldBe(decimal.Parse(major, System.Globalization.CultureInfo.InvariantCulture));
        sign.ShouldBe(currency);
    }

    [Theory]
    [InlineData("")]
    [InlineData("R$")]
    [InlineData("R$ -1,00")]
    [InlineData("R$ 1,234")]       // thousands or thousandths?
    [InlineData("R$ 1.23.4")]
    [InlineData("R$ 1,234.567")]
    [InlineData("R$ 1.2345,00")]
    [InlineData("R$ 1,2,3")]
    [InlineData("R$ 1,234,5")]
    [InlineData("R$ 1.234,56.78")]
    [InlineData("R$ ,50")]
    [InlineData("R$ 1,")]
    [InlineData("R$ 1e5")]
    [InlineData("R$ ٣")]
    [InlineData("grátis")]
    public void What_has_no_one_meaning_is_refused(string text) => DisplayAmount.TryParse(text, out _, out _).ShouldBeFalse();
}
