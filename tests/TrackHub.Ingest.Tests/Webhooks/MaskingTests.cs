using System.Text;
using FsCheck;
using FsCheck.Fluent;
using TrackHub.Ingest.Webhooks;

namespace TrackHub.Ingest.Tests.Webhooks;

public sealed class MaskingTests
{
    [Theory]
    [InlineData("""{"token":"abc","code":"1"}""", """{"token":"***","code":"1"}""")]
    [InlineData("""{"token" : "a\"b","code":"1"}""", """{"token" : "****","code":"1"}""")]
    [InlineData("""{"a":{"token":"x"},"token":"yz"}""", """{"a":{"token":"*"},"token":"**"}""")]
    [InlineData("""{"token":null,"token2":"abc"}""", """{"token":null,"token2":"abc"}""")]
    [InlineData("""{"token":"cut o""", """{"token":"*****""")]
    [InlineData("""{"token":"cut\""", """{"token":"****""")]
    [InlineData("\"token\"", "\"token\"")]
    [InlineData("", "")]
    public void Values_of_secret_properties_become_stars(string body, string expected) =>
        Encoding.UTF8.GetString(Masking.Mask(Encoding.UTF8.GetBytes(body), ["token"], [])).ShouldBe(expected);

    [Fact]
    public void A_secret_becomes_stars_wherever_it_stands()
    {
        var masked = Masking.Mask("a=0123456789abcdef&b=0123456789abcdef"u8, [], ["0123456789abcdef"u8.ToArray()]);

        Encoding.UTF8.GetString(masked).ShouldBe("a=****************&b=****************");
    }

    [Fact]
    public void A_secret_becomes_stars_as_a_form_spells_it_too()
    {
        var masked = Masking.Mask("token=01234567%2B89ab%2Fcdef%3D&code=1"u8, [], ["01234567+89ab/cdef="u8.ToArray()]);

        Encoding.UTF8.GetString(masked).ShouldBe("token=*************************&code=1");
    }

    [Fact]
    public void No_bytes_make_it_fail_or_change_the_length() =>
        Prop.ForAll<byte[]>(bytes => Masking.Mask(bytes, ["token"], [[1, 2]]).Length == bytes.Length)
            .QuickCheckThrowOnFailure();
}
