using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace TrackHub.LocalKafka.Tests.Access;

/// <summary>The schema registry asks other machines for the same users, by the same certificate.</summary>
public sealed class NetworkRegistryTests(NetworkBrokers brokers) : IClassFixture<NetworkBrokers>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_user_is_served_and_anybody_else_is_401(bool tls)
    {
        var broker = brokers.Of(tls);
        using var http = Client(broker);

        (await AskAsync(http, broker.Registry, Credentials(NetworkBroker.User, broker.Password))).ShouldBe((HttpStatusCode.OK, "[]"));
        foreach (var wrong in new[] { null, Credentials(NetworkBroker.User, NetworkBroker.NewPassword()), Credentials("nobody", broker.Password), new("Bearer", "token"), new("Basic", "%%%"), new("Basic", "") })
        {
            var (status, body) = await AskAsync(http, broker.Registry, wrong);
            status.ShouldBe(HttpStatusCode.Unauthorized);
            body.ShouldContain("\"error_code\":401");
        }
    }

    [Fact]
    public async Task On_this_machines_own_address_nobody_authenticates()
    {
        using var http = new HttpClient();

        (await AskAsync(http, brokers.Of(tls: true).Host.RegistryAddress, credentials: null)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task By_tls_nothing_is_said_in_clear()
    {
        using var http = new HttpClient();
        var address = new UriBuilder(brokers.Of(tls: true).Registry) { Scheme = "http" }.Uri;

        await Should.ThrowAsync<HttpRequestException>(() => AskAsync(http, address, credentials: null));
    }

    private static AuthenticationHeaderValue Credentials(string user, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    private static async Task<(HttpStatusCode Status, string Body)> AskAsync(HttpClient http, Uri registry, AuthenticationHeaderValue? credentials)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(registry, "/subjects"));
        request.Headers.Authorization = credentials;
        using var answer = await http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static HttpClient Client(NetworkBroker broker)
    {
        var handler = new SocketsHttpHandler();
        if (broker.Certificate is { } trusted)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(trusted);
        }

        return new HttpClient(handler);
    }
}
