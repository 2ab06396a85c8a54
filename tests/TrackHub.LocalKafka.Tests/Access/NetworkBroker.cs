using System.Security.Cryptography;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.LocalKafka.Access;
using TrackHub.LocalKafka.Hosting;
using TrackHub.Testing;

namespace TrackHub.LocalKafka.Tests.Access;

/// <summary>A broker with a way in for other machines, of which this one plays the part.</summary>
public sealed class NetworkBroker : IAsyncDisposable
{
    public const string User = "analyst";

    private readonly LocalKafkaHost _host;

    private NetworkBroker(LocalKafkaHost host, string folder, string password, string? certificate) =>
        (_host, Folder, Password, Certificate) = (host, folder, password, certificate);

    public string Folder { get; }

    public string Password { get; }

    /// <summary>What clients are to trust; null where the broker is reached in clear.</summary>
    public string? Certificate { get; }

    public string BootstrapServers => _host.NetworkBootstrapServers!;

    public Uri Registry => _host.NetworkRegistryAddress!;

    public LocalKafkaHost Host => _host;

    /// <summary>As Kafka's clients name it.</summary>
    public string Protocol => Certificate is null ? "sasl_plaintext" : "sasl_ssl";

    public static string NewPassword() => Convert.ToHexString(RandomNumberGenerator.GetBytes(24));

    public static async Task<NetworkBroker> StartAsync(bool tls, TimeProvider? clock = null)
    {
        var folder = Directory.CreateTempSubdirectory("network-").FullName;
        var (password, passwordFile) = (NewPassword(), Path.Combine(folder, "password"));
        await File.WriteAllTextAsync(passwordFile, password + "\n");
        var (certificate, key) = tls ? TestCertificate.Write(folder) : default;
        var host = await LocalKafkaHost.StartAsync(
            new LocalKafkaOptions
            {
                DataDirectory = Path.Combine(folder, "log"),
                Port = 0,
                RegistryPort = 0,
                AutoCreateTopics = true,
                Network = new NetworkOptions
                {
                    Host = "127.0.0.1",
                    AdvertisedHost = "localhost",
                    Port = 0,
                    RegistryPort = 0,
                    Users = { [User] = passwordFile },
                    CertificatePath = certificate,
                    KeyPath = key,
                    AllowPlaintext = !tls,
                },
            },
            NullLoggerFactory.Instance,
            clock);
        return new NetworkBroker(host, folder, password, certificate);
    }

    /// <summary>A client's settings: of the user, unless told otherwise.</summary>
    public T Configure<T>(T settings, string? password = null)
        where T : ClientConfig
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings.BootstrapServers = BootstrapServers;
        settings.BrokerAddressFamily = BrokerAddressFamily.V4;
        settings.Set("security.protocol", Protocol);
        settings.SaslMechanism = SaslMechanism.Plain;
        settings.SaslUsername = User;
        settings.SaslPassword = password ?? Password;
        settings.SslCaLocation = Certificate;
        return settings;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>Both kinds of broker, for tests that leave them as they are.</summary>
public sealed class NetworkBrokers : IAsyncLifetime
{
    private NetworkBroker _clear = null!;
    private NetworkBroker _tls = null!;

    public async Task InitializeAsync() => (_clear, _tls) = (await NetworkBroker.StartAsync(tls: false), await NetworkBroker.StartAsync(tls: true));

    public async Task DisposeAsync()
    {
        await _clear.DisposeAsync();
        await _tls.DisposeAsync();
    }

    public NetworkBroker Of(bool tls) => tls ? _tls : _clear;
}
