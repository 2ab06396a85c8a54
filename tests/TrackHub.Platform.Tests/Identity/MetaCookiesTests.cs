using TrackHub.Platform.Identity;

namespace TrackHub.Platform.Tests.Identity;

public sealed class MetaCookiesTests
{
    [Theory]
    [InlineData("fb.1.1554763741205.AbCdEfGhIjKlMnOpQrStUvWxYz1234567890", 1, "AbCdEfGhIjKlMnOpQrStUvWxYz1234567890")]
    [InlineData("fb.2.1700000000123.X.AQQCAQMC", 2, "X")]
    [InlineData("fb.1.1690000000000.X.BA", 1, "X")]
    [InlineData("fb.1.1690000000000.IwAR0-_.aem_Z", 1, "IwAR0-_.aem_Z")]
    [InlineData("fb.0.1690000000000.A.B.AQQAAQMC", 0, "A.B")]
    public void Click_cookie_is_read(string text, int index, string clickId)
    {
        Fbc.TryParse(text, out var fbc).ShouldBeTrue();

        fbc.Index.ShouldBe(index);
        fbc.ClickId.ToString().ShouldBe(clickId);
        Fbc.ClickIdOf(text).ToString().ShouldBe(clickId);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("fb.1.1554763741205")]
    [InlineData("fb.1.1554763741205.")]
    [InlineData("fb.x.1554763741205.A")]
    [InlineData("fb.1.1554763741.A")]
    [InlineData("fb.1.9999999999999.A")]
    [InlineData("FB.1.1554763741205.A")]
    [InlineData("fb.-1.1554763741205.A")]
    public void Value_that_is_no_click_cookie_is_refused(string? text)
    {
        Fbc.TryParse(text, out _).ShouldBeFalse();
        Fbc.ClickIdOf(text).IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Built_cookie_keeps_the_click_id_byte_for_byte()
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(1700000000123);

        Span<char> room = stackalloc char["IwAR_x-Y%2B".Length + Fbc.MostAround];

        room[..Fbc.Write(room, "IwAR_x-Y%2B", at)].ToString().ShouldBe("fb.1.1700000000123.IwAR_x-Y%2B");
        Fbc.TryParse(room[..Fbc.Write(room, "IwAR", at, 2)], out var read).ShouldBeTrue();
        read.Time.ShouldBe(at);
    }

    [Theory]
    [InlineData("fb.1.1596403881668.1116446470", true)]
    [InlineData("fb.2.1596403881668.1116446470.AQQCAQMC", true)]
    [InlineData("fb.1.1596403881668.1116446470.XX", false)]
    [InlineData("fb.1.1596403881668.abc", false)]
    [InlineData("fb.1.1596403881.1116446470", false)]
    [InlineData("fb.1.1596403881668.", false)]
    [InlineData(null, false)]
    public void Browser_cookie_is_judged(string? text, bool valid) => Fbp.IsValid(text).ShouldBe(valid);
}
