using TrackHub.Cli.Running;

namespace TrackHub.Cli.Tests.Running;

public sealed class BrokerAddressTests
{
    [Fact]
    public void Ports_are_counted_from_the_base_where_nothing_is_configured()
    {
        var address = Read([]);

        (address.BootstrapServers, address.RegistryUrl).ShouldBe(("127.0.0.1:9004", "http://127.0.0.1:9003"));
        (address.NetworkKafka, address.NetworkRegistry).ShouldBe((9007, 9008));
    }

    [Fact]
    public void What_is_configured_wins()
    {
        var address = Read(new()
        {
            ["LocalKafka:Host"] = "::1",
            ["LocalKafka:Port"] = "9092",
            ["LocalKafka:RegistryPort"] = "8081",
            ["LocalKafka:Network:Port"] = "9093",
            ["LocalKafka:Network:RegistryPort"] = "8443",
        });

        (address.BootstrapServers, address.RegistryUrl).ShouldBe(("[::1]:9092", "http://[::1]:8081"));
        (address.NetworkKafka, address.NetworkRegistry).ShouldBe((9093, 8443));
        Should.NotThrow(address.EnsureKnown);
    }

    [Theory]
    [InlineData("LocalKafka:Port")]
    [InlineData("LocalKafka:RegistryPort")]
    public void A_port_that_the_system_would_choose_is_unknown_to_the_others(string key) =>
        Should.Throw<CommandException>(Read(new() { [key] = "0" }).EnsureKnown).Message.ShouldContain("--port-base");

    private static BrokerAddress Read(Dictionary<string, string> given) => BrokerAddress.Read(key => given.GetValueOrDefault(key), new Ports(9000));
}
