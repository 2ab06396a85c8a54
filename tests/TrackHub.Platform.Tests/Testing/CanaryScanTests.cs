using System.Security.Cryptography;
using System.Text;
using TrackHub.Testing;

namespace TrackHub.Platform.Tests.Testing;

/// <summary>The scan has to find what it looks for, else every test that finds nothing proves nothing.</summary>
public sealed class CanaryScanTests
{
    private const string Email = "maria.canario@example.com";
    private static readonly byte[] Bytes = Encoding.UTF8.GetBytes(Email);

    private readonly CanaryScan _scan = new CanaryScan().Add("e-mail", Email).AddPhone("phone", "55", "11", "987650143");

    public static TheoryData<string, byte[]> Forms => new()
    {
        { "clear", Encoding.UTF8.GetBytes("Maria.Canario@EXAMPLE.com") },
        { "utf-16", Encoding.Unicode.GetBytes(Email) },
        { "url", "maria.canario%40example.com"u8.ToArray() },
        { "hex", Encoding.ASCII.GetBytes(Convert.ToHexString(Bytes)) },
        { "hex", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(Bytes)) },
        { "base64", Encoding.ASCII.GetBytes(Convert.ToBase64String(Bytes)) },
        { "base64", Encoding.ASCII.GetBytes(Convert.ToBase64String([.. "{\"email\":\""u8, .. Bytes, .. "\"}"u8])) },
        { "base64", Encoding.ASCII.GetBytes(Convert.ToBase64String([.. "{\"e_mail\":\""u8, .. Bytes, .. "\"}"u8])) },
        { "sha256", SHA256.HashData(Bytes) },
        { "sha256-hex", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(Bytes))) },
        { "sha256-base64", Encoding.ASCII.GetBytes(Convert.ToBase64String(SHA256.HashData(Bytes))) },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Every_form_of_a_value_is_found_where_it_begins(string form, byte[] written)
    {
        var finding = _scan.Bytes("here", [.. "before "u8, .. written, .. " after"u8]).ShouldHaveSingleItem();

        (finding.Canary, finding.Form, finding.Place).ShouldBe(("e-mail", form, "here"));
        finding.Offset.ShouldBeInRange(7, 7 + 15);   // base64: from the first character that depends on the value alone
        finding.ToString().ShouldNotContain("maria", Case.Insensitive);
    }

    [Theory]
    [InlineData("\"checkout_phone\": \"(11) 98765-0143\"")]
    [InlineData("phone_number=%2B5511987650143")]
    [InlineData("tel:011987650143")]
    public void A_phone_is_found_however_it_is_written(string text) => _scan.Text("here", text).ShouldContain(static finding => finding.Canary == "phone");

    [Fact]
    public void What_is_clean_has_no_finding() => _scan.Text("here", "j***@example.com, 98765, maria.canario at example.com").ShouldBeEmpty();

    [Theory]
    [InlineData(0)]
    [InlineData((1 << 20) - 5)]
    [InlineData((2 << 20) - 100)]
    [InlineData((3 << 20) + 12_345)]
    public async Task A_value_is_found_anywhere_in_a_file(int offset)
    {
        var folder = TestFolder.Next("canary");
        Directory.CreateDirectory(Path.Combine(folder, "log/deep"));
        await File.WriteAllBytesAsync(Path.Combine(folder, "log/deep/0.log"), [.. new byte[offset], .. Bytes, .. new byte[4 << 20]]);
        await File.WriteAllTextAsync(Path.Combine(folder, "clean"), "nothing");

        _scan.Folder(folder).ShouldBe([new("e-mail", "clear", "log/deep/0.log", offset)]);
        _scan.Folder(folder, "log").ShouldBeEmpty();
        _scan.Folder(folder, "lo").ShouldNotBeEmpty();
    }

    [Fact]
    public void A_value_that_chance_would_find_is_refused() => Should.Throw<ArgumentException>(() => _scan.Add("short", "1234567")).Message.ShouldNotContain("1234567");
}
