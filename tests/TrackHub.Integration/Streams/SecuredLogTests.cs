using System.ComponentModel.DataAnnotations;
using System.Diagnostics.Metrics;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.LocalKafka.Access;
using TrackHub.LocalKafka.Hosting;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Streams;

/// <summary>TrackHub's own clients come into a log and a registry that ask for user, password and TLS, as clusters do.</summary>
public sealed class SecuredLogTests : IAsyncLifetime
{
    private const string Password = "not-a-real-password";

    private readonly string _folder = TestFolder.Next("secured");
    private string _certificate = "";
    private LocalKafkaHost _broker = null!;

    public async Task InitializeAsync()
    {
        (_certificate, var key) = TestCertificate.Write(_folder);
        var password = Path.Combine(_folder, "password");
        await File.WriteAllTextAsync(password, Password);
        var network = new NetworkOptions
        {
            Host = "127.0.0.1",
            AdvertisedHost = "localhost",
            Port = 0,
            RegistryPort = 0,
            CertificatePath = _certificate,
            KeyPath = key,
            Users = { ["trackhub"] = password },
        };
        _broker = await LocalKafkaHost.StartAsync(
            new() { DataDirectory = Path.Combine(_folder, "log"), Port = 0, RegistryPort = 0, AutoCreateTopics = true, Network = network }, NullLoggerFactory.Instance);
    }

    public async Task DisposeAsync() => await _broker.DisposeAsync();

    [Fact]
    public async Task Producer_and_admin_client_authenticate_and_trust_the_given_certificate()
    {
        var kafka = Kafka();
        Faults(kafka).ShouldBeEmpty();
        using var admin = new AdminClientBuilder(ClientSettings.Admin(kafka)).Build();
        await using var provider = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var metrics = new StreamMetrics(provider.GetRequiredService<IMeterFactory>());
        await using var client = new ProducerClient(kafka, new(), metrics, TimeProvider.System, NullLogger.Instance);

        (await admin.DescribeClusterAsync(new() { RequestTimeout = TimeSpan.FromSeconds(20) })).Nodes.Single().Port.ShouldNotBe(_broker.Port);
        var reports = new PendingReports(client.Current().Slots, 1);
        client.Current().TryProduce("secured", default, "x"u8, new(), null, reports.Token).ShouldBeTrue();
        reports.Sent(1);
        (await reports.Completion.WaitAsync(TimeSpan.FromSeconds(60))).ShouldBe(ErrorCode.NoError);
    }

    [Fact]
    public async Task The_registry_client_authenticates_and_trusts_the_given_certificate()
    {
        var options = new SchemaRegistryOptions { Url = _broker.NetworkRegistryAddress, Username = "trackhub", Password = Password, SslCaLocation = _certificate };
        Faults(options).ShouldBeEmpty();
        using var http = RegistryHttp.Create(options, RegistryHttp.Limits, TimeProvider.System);
        var registry = new SchemaRegistryClient(http);

        var id = await registry.RegisterAsync("secured-value", "\"string\"", CancellationToken.None);

        (await registry.FindSchemaAsync(id, CancellationToken.None)).ShouldBe("\"string\"");
        registry.Address.ShouldNotContain(Password);
    }

    [Fact]
    public async Task Without_its_certificate_the_registry_is_not_trusted()
    {
        var options = new SchemaRegistryOptions { Url = _broker.NetworkRegistryAddress, Username = "trackhub", Password = Password };
        using var http = RegistryHttp.Create(options, RegistryHttp.Limits, TimeProvider.System);

        await Should.ThrowAsync<HttpRequestException>(() => new SchemaRegistryClient(http).FindSchemaAsync(1, CancellationToken.None));
    }

    [Theory]
    [InlineData("sasl_ssl", null, Password, "SaslUsername")]
    [InlineData("sasl_plaintext", "trackhub", null, "SaslPassword")]
    [InlineData("ssl", "trackhub", Password, "SaslUsername")]
    [InlineData("SASL_SSL", "trackhub", Password, "SecurityProtocol")]
    public void Settings_that_would_not_authenticate_are_faults(string protocol, string? user, string? password, string fault)
    {
        var kafka = Kafka();
        (kafka.SecurityProtocol, kafka.SaslUsername, kafka.SaslPassword) = (protocol, user, password);

        Faults(kafka).ShouldContain(fault);
    }

    private KafkaOptions Kafka() => new()
    {
        BootstrapServers = _broker.NetworkBootstrapServers!,
        SecurityProtocol = "sasl_ssl",
        SaslUsername = "trackhub",
        SaslPassword = Password,
        SslCaLocation = _certificate,
        Properties = { ["broker.address.family"] = "v4" },
    };

    private static IEnumerable<string> Faults(object options)
    {
        var faults = new List<ValidationResult>();
        Validator.TryValidateObject(options, new(options), faults, validateAllProperties: true);
        return faults.SelectMany(static fault => fault.MemberNames);
    }
}
