namespace TrackHub.Cli.Tests;

public sealed class PortsTests
{
    [Fact]
    public void Ports_are_those_of_the_documentation()
    {
        var ports = new Ports(8400);

        (ports.Ingress, ports.Console, ports.Simulator, ports.Registry, ports.Kafka, ports.Postgres, ports.Redis).ShouldBe((8400, 8401, 8402, 8403, 8404, 8405, 8406));
        RoleNames.All.Where(static role => role != RoleNames.Simulator).Select(ports.Admin).ShouldBe([8410, 8411, 8412, 8413, 8414, 8415, 8416]);
    }

    [Fact]
    public void Every_port_lies_within_the_span()
    {
        var ports = new Ports(10_000);

        RoleNames.All.Select(ports.Admin).Append(ports.Redis).ShouldAllBe(port => port >= 10_000 && port < 10_000 + Ports.Span);
    }
}
