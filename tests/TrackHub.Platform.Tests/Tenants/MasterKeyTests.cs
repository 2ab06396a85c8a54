using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using TrackHub.Platform.Tenants;

namespace TrackHub.Platform.Tests.Tenants;

public sealed class MasterKeyTests
{
    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")]
    [InlineData("c2hvcnQga2V5")]
    [InlineData("not base64 at all!")]
    public void Key_anybody_could_guess_is_refused_without_being_shown(string text)
    {
        var options = new SecretsOptions { MasterKey = text };

        var faults = options.Validate(new ValidationContext(options)).ToList();

        faults.ShouldHaveSingleItem().ErrorMessage!.ShouldContain("openssl rand -base64 32");
        if (text.Length > 0)
            faults[0].ErrorMessage!.ShouldNotContain(text);
        Should.Throw<FormatException>(() => MasterKey.Parse(text));
    }

    [Fact]
    public void Base64_and_hex_name_the_same_key()
    {
        var text = MasterKey.NewText();

        MasterKey.Parse(Convert.ToHexString(Convert.FromBase64String(text))).CheckValue.ShouldBe(MasterKey.Parse(text).CheckValue);
    }

    [Fact]
    public void Wrapped_key_opens_under_its_master_and_id_only()
    {
        var master = MasterKey.Parse(MasterKey.NewText());
        var wrapped = master.Wrap("kek-1", "a key"u8);

        master.Unwrap("kek-1", wrapped).ShouldBe("a key"u8.ToArray());
        Should.Throw<AuthenticationTagMismatchException>(() => master.Unwrap("kek-2", wrapped));
        Should.Throw<AuthenticationTagMismatchException>(() => MasterKey.Parse(MasterKey.NewText()).Unwrap("kek-1", wrapped));
    }

    [Fact]
    public void Check_value_finds_the_current_or_previous_key_and_no_other()
    {
        var (current, previous) = (MasterKey.Parse(MasterKey.NewText()), MasterKey.Parse(MasterKey.NewText()));
        var keys = new MasterKeys(current, previous);

        keys.Find(current.CheckValue).ShouldBe(current);
        keys.Find(previous.CheckValue).ShouldBe(previous);
        Should.Throw<WrongMasterKeyException>(() => keys.Find(MasterKey.Parse(MasterKey.NewText()).CheckValue));
    }
}
