using System.Net;
using FsCheck;
using FsCheck.Fluent;
using TrackHub.Platform.Identity;

namespace TrackHub.Platform.Tests.Identity;

public sealed class IpAddressesTests
{
    // Many zeros: where their runs begin and end is what the text depends on.
    private static readonly Gen<IPAddress> Addresses = Gen.OneOf(
        Gen.Choose(0, 255).Select(static n => (byte)n).ArrayOf(4).Select(static bytes => new IPAddress(bytes)),
        Gen.Frequency((2, Gen.Constant((byte)0)), (1, Gen.Choose(0, 255).Select(static n => (byte)n))).ArrayOf(16).Select(static bytes => new IPAddress(bytes)),
        from head in Gen.Elements("2001:db8", "::ffff", "fe80", "64:ff9b", "2002")
        from tail in Gen.Choose(0, 0xffff)
        select IPAddress.Parse(head is "::ffff" ? $"::ffff:203.0.113.{tail & 0xff}" : $"{head}::{tail:x}"));

    [Theory]
    [InlineData("203.0.113.9", "203.0.113.9", "203.0.113.0/24")]
    [InlineData(" 203.0.113.9:443 ", "203.0.113.9", "203.0.113.0/24")]
    [InlineData("::ffff:203.0.113.9", "203.0.113.9", "203.0.113.0/24")]
    [InlineData("2001:DB8:1:2::0005", "2001:db8:1:2::5", "2001:db8:1::/48")]
    [InlineData("[2001:db8:1:2::5]:8443", "2001:db8:1:2::5", "2001:db8:1::/48")]
    [InlineData("2001:db8:1:2::5", "2001:db8:1:2::5", "2001:db8:1::/48")]
    public void Public_address_is_brought_to_one_form(string given, string ip, string prefix)
    {
        IpAddresses.TryNormalize(given, out var normalized).ShouldBeTrue();

        normalized.ShouldBe(ip);
        IpAddresses.Prefix(normalized).ShouldBe(prefix);
    }

    [Fact]
    public void The_network_of_any_address_is_written_as_the_framework_writes_it() => Prop.ForAll(Addresses.ToArbitrary(), static address =>
    {
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(bytes.Length is 4 ? 3 : 6).Clear();

        IpAddresses.Prefix(address.ToString()).ShouldBe($"{new IPAddress(bytes)}/{(bytes.Length is 4 ? 24 : 48)}");
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void An_address_of_a_connection_is_taken_as_its_text_is() => Prop.ForAll(Addresses.ToArbitrary(), static address =>
    {
        var taken = IpAddresses.TryRead(address, out var ip);

        IpAddresses.TryNormalize(address.ToString(), out var text).ShouldBe(taken);
        Span<char> room = stackalloc char[VisitorAddress.MaxText];
        room[..ip.WriteText(room)].ToString().ShouldBe(text ?? "");
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void An_address_with_a_zone_is_none() => IpAddresses.TryRead(IPAddress.Parse("2001:db8::1%7"), out _).ShouldBeFalse();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("unknown")]
    [InlineData("10.0.0.1")]
    [InlineData("100.64.3.2")]
    [InlineData("127.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1:80")]
    [InlineData("255.255.255.255")]
    [InlineData("::1")]
    [InlineData("::")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("fe80::1%eth0")]
    [InlineData("fd00::1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2001:0:0:0:0:0:80ff:fffe")]
    [InlineData("2130706433")]
    [InlineData("0x7f.1")]
    [InlineData("010.1.1.1")]
    [InlineData("203.0.113.9:99999")]
    [InlineData("[2001:db8::1")]
    [InlineData("203.0.113.9, 203.0.113.10")]
    public void Address_that_no_visitor_has_is_refused(string? given) => IpAddresses.TryNormalize(given, out _).ShouldBeFalse();
}
