using TrackHub.Platform.Identity;

namespace TrackHub.Platform.Tests.Identity;

public sealed class IpAddressesTests
{
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
