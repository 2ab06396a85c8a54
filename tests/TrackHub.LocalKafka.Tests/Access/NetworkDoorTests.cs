using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Tests.Access;

/// <summary>What a stranger can do before it has authenticated: little, for a while, and nothing that ends the broker.</summary>
public sealed class NetworkDoorTests(NetworkBrokers brokers) : IClassFixture<NetworkBrokers>
{
    private NetworkBroker Broker => brokers.Of(tls: false);

    [Fact]
    public async Task A_stranger_learns_versions_and_mechanisms_and_is_let_in_by_its_password()
    {
        using var client = await ConnectAsync();

        var served = (await client.AskAsync(new ApiVersionsRequest(), 0)).ApiKeys.ConvertAll(static api => ((ApiKey)api.Key, api.Min, api.Max));
        served.ShouldContain((ApiKey.SaslHandshake, (short)0, (short)1));
        served.ShouldContain((ApiKey.SaslAuthenticate, (short)0, (short)2));
        served.ShouldContain(static api => api.Item1 == ApiKey.Produce);
        (await HandshakeAsync(client, "PLAIN")).ShouldBe(ErrorCode.None);
        (await AuthenticateAsync(client, Token(Broker.Password))).ShouldBe((ErrorCode.None, null));

        (await client.AskAsync(new MetadataRequest(), 9)).Brokers.ShouldHaveSingleItem();
        (await HandshakeAsync(client, "PLAIN")).ShouldBe(ErrorCode.IllegalSaslState);
    }

    [Fact]
    public async Task Without_authentication_every_other_request_closes_the_connection()
    {
        using var client = await ConnectAsync();

        (await client.SendAsync(RawClient.Frame(new MetadataRequest(), 9))).ShouldBeNull();
    }

    [Fact]
    public async Task Another_mechanism_is_refused_with_the_list()
    {
        using var client = await ConnectAsync();

        var answer = await client.AskAsync(Handshake("SCRAM-SHA-512"), 1);

        answer.Error.ShouldBe(ErrorCode.UnsupportedSaslMechanism);
        answer.Mechanisms.ShouldBe(["PLAIN"]);
        (await client.SendAsync(RawClient.Frame(Handshake("PLAIN"), 1))).ShouldBeNull();
    }

    [Theory]
    [InlineData("\0analyst\0wrong-password-0000")]
    [InlineData("\0nobody\0{password}")]
    [InlineData("admin\0analyst\0{password}")]   // nobody acts for another
    [InlineData("analyst\0{password}")]
    [InlineData("\0analyst\0{password}\0")]
    [InlineData("\0analyst\0")]
    [InlineData("")]
    public async Task A_wrong_token_is_refused_by_an_error_and_the_connection_closed(string token)
    {
        using var client = await ConnectAsync();
        (await HandshakeAsync(client, "PLAIN")).ShouldBe(ErrorCode.None);

        var (error, message) = await AuthenticateAsync(client, Encoding.UTF8.GetBytes(token.Replace("{password}", Broker.Password, StringComparison.Ordinal)));

        error.ShouldBe(ErrorCode.SaslAuthenticationFailed);
        message.ShouldBe("Authentication failed: Invalid username or password");
        (await client.SendAsync(RawClient.Frame(new MetadataRequest(), 9))).ShouldBeNull();
    }

    [Fact]
    public async Task An_authentication_without_a_handshake_is_out_of_turn()
    {
        using var client = await ConnectAsync();

        (await AuthenticateAsync(client, Token(Broker.Password))).Error.ShouldBe(ErrorCode.IllegalSaslState);
    }

    [Fact]
    public async Task After_the_oldest_handshake_a_bare_token_is_answered_by_an_empty_one_or_not_at_all()
    {
        using var right = await BareTokenAsync(Broker.Password);
        using var wrong = await BareTokenAsync(NetworkBroker.NewPassword());

        (await ReadAsync(right, 4)).ShouldBe([0, 0, 0, 0]);
        (await ReadAsync(wrong, 4)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false, "7fffffff")]
    [InlineData(false, "00004001")]   // a byte more than a stranger may send
    [InlineData(false, "ffffffff")]
    [InlineData(false, "474554202f20485454502f312e310d0a0d0a")]
    [InlineData(true, "474554202f20485454502f312e310d0a0d0a")]
    [InlineData(true, "0000000a001200000000000000ff")]   // a request without TLS
    [InlineData(true, "16030100ff0100")]   // a handshake cut short
    public async Task Hostile_bytes_close_the_connection_and_others_are_served(bool tls, string hex)
    {
        using var stranger = new TcpClient();
        await stranger.ConnectAsync("127.0.0.1", PortOf(brokers.Of(tls)));

        var stream = stranger.GetStream();
        await stream.WriteAsync(Convert.FromHexString(hex));
        stranger.Client.Shutdown(SocketShutdown.Send);

        (await ReadToEndAsync(stream)).Length.ShouldBeLessThan(64);   // nothing, or a TLS alert
        using var honest = await ConnectAsync();
        (await HandshakeAsync(honest, "PLAIN")).ShouldBe(ErrorCode.None);
    }

    [Fact]
    public async Task On_this_machines_own_address_nobody_authenticates()
    {
        using var client = await RawClient.ConnectAsync(Broker.Host.Port);

        (await HandshakeAsync(client, "PLAIN")).ShouldBe(ErrorCode.IllegalSaslState);
        (await client.AskAsync(new MetadataRequest(), 9)).Brokers.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Each_address_tells_how_the_broker_is_reached_from_there()
    {
        using var local = await RawClient.ConnectAsync(Broker.Host.Port);
        using var network = await ConnectAsync();
        await HandshakeAsync(network, "PLAIN");
        await AuthenticateAsync(network, Token(Broker.Password));

        (await ToldAsync(local)).ShouldBe([Broker.Host.BootstrapServers, Broker.Host.BootstrapServers, Broker.Host.BootstrapServers]);
        (await ToldAsync(network)).ShouldBe([Broker.BootstrapServers, Broker.BootstrapServers, Broker.BootstrapServers]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_does_not_authenticate_in_time_is_closed(bool tls)
    {
        var clock = new ManualClock();
        await using var broker = await NetworkBroker.StartAsync(tls, clock);
        using var slow = await RawClient.ConnectAsync(PortOf(broker));
        if (!tls)
            (await HandshakeAsync(slow, "PLAIN")).ShouldBe(ErrorCode.None);
        var closing = slow.SendAsync([0]);

        await Eventually.TrueAsync(
            () =>
            {
                // By TLS nothing tells when its time began.
                clock.Advance(TimeSpan.FromSeconds(11));
                return closing.IsCompleted;
            },
            static () => "still open");

        (await closing).ShouldBeNull();
    }

    [Fact]
    public async Task Strangers_beyond_the_limit_are_closed_and_those_before_it_served()
    {
        await using var broker = await NetworkBroker.StartAsync(tls: false);
        using var first = await RawClient.ConnectAsync(PortOf(broker));
        (await HandshakeAsync(first, "PLAIN")).ShouldBe(ErrorCode.None);
        var idle = new List<TcpClient>();
        for (var i = 0; i < 520; i++)
        {
            idle.Add(new TcpClient());
            await idle[^1].ConnectAsync("127.0.0.1", PortOf(broker));
        }

        await Eventually.TrueAsync(
            () => idle.Count(static client => client.Client.Poll(0, SelectMode.SelectRead)) == 21, () => $"{idle.Count(static client => client.Client.Poll(0, SelectMode.SelectRead))} closed");

        (await AuthenticateAsync(first, Encoding.UTF8.GetBytes($"\0{NetworkBroker.User}\0{broker.Password}"))).Error.ShouldBe(ErrorCode.None);
        idle.ForEach(static client => client.Dispose());
    }

    private static int PortOf(NetworkBroker broker) => int.Parse(broker.BootstrapServers.Split(':')[1]);

    private static async Task<IEnumerable<string>> ToldAsync(RawClient client)
    {
        var node = (await client.AskAsync(new MetadataRequest(), 9)).Brokers.Single();
        var coordinator = await client.AskAsync(new FindCoordinatorRequest { Key = "group" }, 3);
        var cluster = (await client.AskAsync(new DescribeClusterRequest(), 0)).Brokers.Single();
        return [$"{node.Host}:{node.Port}", $"{coordinator.Host}:{coordinator.Port}", $"{cluster.Host}:{cluster.Port}"];
    }

    private static SaslHandshakeRequest Handshake(string mechanism) => new() { Mechanism = mechanism };

    private static byte[] Token(string password) => Encoding.UTF8.GetBytes($"\0{NetworkBroker.User}\0{password}");

    private static async Task<ErrorCode> HandshakeAsync(RawClient client, string mechanism) =>
        (await client.AskAsync(Handshake(mechanism), 1)).Error;

    private static async Task<(ErrorCode Error, string? Message)> AuthenticateAsync(RawClient client, byte[] token)
    {
        var answer = await client.AskAsync(new SaslAuthenticateRequest { Token = token }, 2);
        answer.SessionLifetimeMs.ShouldBe(0);
        return (answer.Error, answer.Message);
    }

    private Task<RawClient> ConnectAsync() => RawClient.ConnectAsync(PortOf(Broker));

    private async Task<TcpClient> BareTokenAsync(string password)
    {
        var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", PortOf(Broker));
        await client.GetStream().WriteAsync(RawClient.Frame(Handshake("PLAIN"), 0));
        var length = BinaryPrimitives.ReadInt32BigEndian(await ReadAsync(client, 4));
        (await ReadAsync(client, length)).Length.ShouldBe(length);

        // As Debian's python3-kafka writes it: the user stands in the first place as well.
        var token = Encoding.UTF8.GetBytes($"{NetworkBroker.User}\0{NetworkBroker.User}\0{password}");
        var frame = new byte[4 + token.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, token.Length);
        token.CopyTo(frame, 4);
        await client.GetStream().WriteAsync(frame);
        return client;
    }

    private static async Task<byte[]> ReadAsync(TcpClient client, int count)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var bytes = new byte[count];
        return bytes[..await client.GetStream().ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false, deadline.Token)];
    }

    private static async Task<byte[]> ReadToEndAsync(NetworkStream stream)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var read = new MemoryStream();
        try
        {
            await stream.CopyToAsync(read, deadline.Token);
        }
        catch (IOException)
        {
            // Reset: closed with our bytes unread.
        }

        return read.ToArray();
    }
}
