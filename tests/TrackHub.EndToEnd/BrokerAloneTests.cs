using System.Net;
using System.Text.Json;
using Confluent.Kafka;
using TrackHub.Testing;

namespace TrackHub.EndToEnd;

/// <summary><c>run broker</c> without anything else: as configured, ready when it serves, with its metrics, and open to the network where asked.</summary>
public sealed class BrokerAloneTests
{
    private const string Password = "0123456789abcdef";

    [Fact]
    public async Task The_broker_alone_listens_where_it_is_told_and_says_how_it_is()
    {
        var (kafka, network) = (FreePorts.Next(), FreePorts.Next());
        var folder = TestFolder.Next("broker-alone");
        var (certificate, key) = TestCertificate.Write(folder);
        var password = Path.Combine(folder, "password");
        await File.WriteAllTextAsync(password, Password);
        await using var machine = new Machine
        {
            Settings = new Dictionary<string, string>
            {
                ["TRACKHUB_LocalKafka__Port"] = $"{kafka}",
                ["TRACKHUB_LocalKafka__AutoCreateTopics"] = "true",
                ["TRACKHUB_LocalKafka__Network__Host"] = "0.0.0.0",
                ["TRACKHUB_LocalKafka__Network__AdvertisedHost"] = "localhost",
                ["TRACKHUB_LocalKafka__Network__Port"] = $"{network}",
                ["TRACKHUB_LocalKafka__Network__Users__analyst"] = password,
                ["TRACKHUB_LocalKafka__Network__CertificatePath"] = certificate,
                ["TRACKHUB_LocalKafka__Network__KeyPath"] = key,
            },
        };
        await using var broker = machine.Start("run", "broker");
        using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{machine.PortBase + 16}") };

        await Eventually.Holds(async () => (await http.GetAsync(new Uri("/ready", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK), TimeSpan.FromMinutes(1));
        using var ready = JsonDocument.Parse(await http.GetStringAsync("/ready"));
        ready.RootElement.GetProperty("dependencies").EnumerateObject().Select(static part => part.Name).Order().ShouldBe(["disk", "kafka", "schema_registry"]);
        (await http.GetStringAsync("/health")).ShouldContain("\"live\":true");
        await ProduceAsync(new ProducerConfig { BootstrapServers = $"127.0.0.1:{kafka}" });
        await ProduceAsync(new ProducerConfig
        {
            BootstrapServers = $"localhost:{network}",
            BrokerAddressFamily = BrokerAddressFamily.V4,
            SecurityProtocol = SecurityProtocol.SaslSsl,
            SaslMechanism = SaslMechanism.Plain,
            SaslUsername = "analyst",
            SaslPassword = Password,
            SslCaLocation = certificate,
        });

        var metrics = await http.GetStringAsync("/metrics");
        metrics.ShouldContain("trackhub_broker_log_size_bytes{");
        metrics.ShouldContain("messaging_destination_name=\"seen\"");
        metrics.ShouldContain("outcome=\"admitted\"");
        (await broker.StopAsync(TimeSpan.FromSeconds(30))).ShouldBe(0);
        var log = await broker.Error;
        log.ShouldContain($"localhost:{network}");
        log.ShouldNotContain(Password);
    }

    [Fact]
    public async Task A_network_address_without_users_is_refused_with_its_remedy()
    {
        await using var machine = new Machine { Settings = new Dictionary<string, string> { ["TRACKHUB_LocalKafka__Network__Host"] = "0.0.0.0" } };

        var ended = await machine.RunAsync("run", "broker");

        ended.Code.ShouldBe(1, ended.All);
        ended.Error.ShouldContain("set Users:<name>");
        ended.Error.ShouldContain("CertificatePath is not set");
    }

    private static async Task ProduceAsync(ProducerConfig settings)
    {
        using var producer = new ProducerBuilder<Null, string>(settings).SetLogHandler(static (_, _) => { }).Build();
        (await producer.ProduceAsync("seen", new Message<Null, string> { Value = "x" })).Status.ShouldBe(PersistenceStatus.Persisted);
    }
}
