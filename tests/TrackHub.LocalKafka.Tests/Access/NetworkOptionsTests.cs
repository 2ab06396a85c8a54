using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TrackHub.LocalKafka.Hosting;
using TrackHub.Testing;

namespace TrackHub.LocalKafka.Tests.Access;

public sealed class NetworkOptionsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("options-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Without_its_section_there_is_no_way_in_for_other_machines() => Read([]).Network.ShouldBeNull();

    [Fact]
    public void A_way_in_by_tls_for_known_users_is_taken()
    {
        var network = Read(Complete()).Network.ShouldNotBeNull();

        (network.Host, network.AdvertisedHost, network.Port, network.RegistryPort).ShouldBe(("0.0.0.0", "broker.example.com", 9093, 8408));
        network.Users.Keys.ShouldBe(["app"]);
    }

    [Theory]
    [InlineData("Host", null, "Host")]
    [InlineData("Host", "broker.example.com", "not an IP address")]
    [InlineData("AdvertisedHost", null, "set AdvertisedHost")]
    [InlineData("Port", "8408", "both 8408")]
    [InlineData("Users:app", null, "Users is empty")]
    [InlineData("Users:app", "/nowhere", "/nowhere")]
    [InlineData("CertificatePath", null, "AllowPlaintext=true")]
    [InlineData("CertificatePath", "/nowhere", "/nowhere")]
    [InlineData("AllowPlaintext", "true", "both set")]
    public void What_would_be_unsafe_or_useless_stops_the_start(string key, string? value, string fault)
    {
        var settings = Complete();
        settings[key] = value;

        Should.Throw<OptionsValidationException>(() => Read(settings)).Message.ShouldContain(fault);
    }

    [Fact]
    public void Plaintext_is_taken_where_it_is_asked_for()
    {
        var settings = Complete();
        settings["CertificatePath"] = settings["KeyPath"] = null;
        settings["AllowPlaintext"] = "true";

        Read(settings).Network!.CertificatePath.ShouldBeNull();
    }

    private Dictionary<string, string?> Complete()
    {
        var (certificate, key) = TestCertificate.Write(_folder);
        var password = Path.Combine(_folder, "password");
        File.WriteAllText(password, NetworkBroker.NewPassword());
        return new()
        {
            ["Host"] = "0.0.0.0",
            ["AdvertisedHost"] = "broker.example.com",
            ["Port"] = "9093",
            ["Users:app"] = password,
            ["CertificatePath"] = certificate,
            ["KeyPath"] = key,
        };
    }

    /// <summary>Settings of section Network as a host binds and checks them; null leaves one out.</summary>
    private LocalKafkaOptions Read(Dictionary<string, string?> network)
    {
        var services = new ServiceCollection();
        var given = network.Where(static pair => pair.Value is not null).Select(static pair => KeyValuePair.Create($"LocalKafka:Network:{pair.Key}", pair.Value));
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(given).Build());
        services.AddLocalKafka(options => options.DataDirectory = _folder);
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<LocalKafkaOptions>>().Value;
    }
}
