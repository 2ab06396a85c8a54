namespace TrackHub.Interop.Clients;

/// <summary>docs/kafka-clients.md says of every client what is run here, and with which version.</summary>
public sealed class ClientsPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Peer.Root, "docs", "kafka-clients.md"));

    [Fact]
    public void The_page_tells_what_each_client_is_asked_for()
    {
        var names = ForeignClients.All.Select(static facts => facts.Name).ToList();
        List<string> table =
        [
            Row("it", names),
            $"|---|{string.Concat(Enumerable.Repeat("---|", names.Count))}",
            .. Scenario.All.Select(static scenario => Row(scenario.Name, ForeignClients.All.Select(facts => scenario.IsFor(facts) ? "yes" : "–"))),
        ];

        Page.ShouldContain(string.Join('\n', table) + "\n\n");
    }

    [Theory]
    [InlineData(ForeignClients.Confluent)]
    [InlineData(ForeignClients.Kcat)]
    [InlineData(ForeignClients.PythonKafka)]
    [InlineData(ForeignClients.PythonConfluent)]
    [InlineData(ForeignClients.KafkaJs)]
    [InlineData(ForeignClients.Platformatic)]
    public async Task The_page_tells_the_version_of_each_client(string name)
    {
        var client = await ForeignClients.StartAsync(name);

        Page.ShouldContain($"| {name} | {client.Version} | ");
    }

    private static string Row(string first, IEnumerable<string> cells) => $"| {first} | {string.Join(" | ", cells)} |";
}
