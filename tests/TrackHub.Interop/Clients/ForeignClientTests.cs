using TrackHub.Testing;

namespace TrackHub.Interop.Clients;

/// <summary>Clients nobody here wrote do what docs/kafka-clients.md says; a class for each, so that they run beside one another.</summary>
public abstract class ForeignClientTests
{
    /// <summary>What that client can be asked for.</summary>
    public static TheoryData<string> ScenariosOf(string client) =>
        [.. Scenario.All.Where(scenario => scenario.IsFor(ForeignClients.All.Single(facts => facts.Name == client))).Select(static scenario => scenario.Name)];

    private protected static async Task RunAsync(string client, string scenario)
    {
        var confluent = (ConfluentClient)await ForeignClients.StartAsync(ForeignClients.Confluent);
        var log = await TestMachine.KafkaAsync();
        await Scenario.All.Single(one => one.Name == scenario).RunAsync(new(await ForeignClients.StartAsync(client), confluent, log.BootstrapServers));
    }
}

public sealed class ConfluentKafkaTests : ForeignClientTests
{
    [Theory, MemberData(nameof(ScenariosOf), ForeignClients.Confluent)]
    public Task It(string scenario) => RunAsync(ForeignClients.Confluent, scenario);
}

public sealed class KcatTests : ForeignClientTests
{
    [Theory, MemberData(nameof(ScenariosOf), ForeignClients.Kcat)]
    public Task It(string scenario) => RunAsync(ForeignClients.Kcat, scenario);
}

public sealed class PythonKafkaTests : ForeignClientTests
{
    [Theory, MemberData(nameof(ScenariosOf), ForeignClients.PythonKafka)]
    public Task It(string scenario) => RunAsync(ForeignClients.PythonKafka, scenario);
}

public sealed class PythonConfluentKafkaTests : ForeignClientTests
{
    [Theory, MemberData(nameof(ScenariosOf), ForeignClients.PythonConfluent)]
    public Task It(string scenario) => RunAsync(ForeignClients.PythonConfluent, scenario);
}

public sealed class KafkaJsTests : ForeignClientTests
{
    [Theory, MemberData(nameof(ScenariosOf), ForeignClients.KafkaJs)]
    public Task It(string scenario) => RunAsync(ForeignClients.KafkaJs, scenario);
}

public sealed class PlatformaticKafkaTests : ForeignClientTests
{
    [Theory, MemberData(nameof(ScenariosOf), ForeignClients.Platformatic)]
    public Task It(string scenario) => RunAsync(ForeignClients.Platformatic, scenario);
}
