using System.Text;
using System.Text.Json;
using TrackHub.Ingest.Tests.Hostile;
using TrackHub.Ingest.Webhooks;

namespace TrackHub.Ingest.Tests.Http;

/// <summary>What holds for the proof of every gateway, over the wire: repeated, unknown, disabled, rotated.</summary>
public sealed class ProofHttpTests(ProofHttpTests.Fixture fixture) : IClassFixture<ProofHttpTests.Fixture>
{
    private const string Other = "another-secret-00002";
    private readonly IngestServer _server = fixture.Empty();

    public static TheoryData<string> Gateways => [.. GatewayTable.All.Select(static gateway => gateway.Name)];

    [Theory]
    [MemberData(nameof(Gateways))]
    public async Task Each_of_two_secrets_proves_and_a_third_does_not(string gateway)
    {
        var delivery = Delivery.Of(gateway);
        Publish(gateway, ("first", [delivery.Key, Other]), ("second", [Other, delivery.Key]), ("third", [Other, "yet-another-secret-3"]));

        (await SendAsync(delivery, "first")).Status.ShouldBe(200);
        (await SendAsync(delivery, "second")).Status.ShouldBe(200);
        (await SendAsync(delivery, "third")).Status.ShouldBe(Refused(gateway));
        _server.Log.Events.Count.ShouldBe(2);
    }

    [Theory]
    [MemberData(nameof(Gateways))]
    public async Task A_proof_that_stands_there_twice_proves_nothing(string gateway)
    {
        var delivery = Delivery.Of(gateway);
        Publish(gateway, ("path", [delivery.Key]));

        (await SendAsync(delivery.Twice(), "path")).Status.ShouldBe(Refused(gateway));
        (await SendAsync(delivery.Joined(), "path")).Status.ShouldBe(Refused(gateway));
        _server.Log.Events.ShouldBeEmpty();
        _server.Log.Dead.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Gateways))]
    public async Task Whatever_the_gateways_policy_an_unknown_connection_looks_like_one_with_another_secret(string gateway)
    {
        var delivery = Delivery.Of(gateway);
        Publish(gateway, ("wrong", [Other]), ("short", [delivery.Key[..15]]), ("empty", [""]), ("none", []));
        var refusals = new List<string>();

        foreach (var path in new[] { "unknown", "wrong", "short", "empty", "none", "UNKNOWN", new string('x', 300) })
            refusals.Add(Shown(await SendAsync(delivery, path)));

        refusals.Distinct().ShouldHaveSingleItem().ShouldStartWith($"HTTP/1.1 {Refused(gateway)}");
        _server.Log.Events.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Gateways))]
    public async Task A_token_cut_to_a_disabled_length_opens_nothing(string gateway)
    {
        var delivery = Delivery.Of(gateway);
        Publish(gateway, ("short", [delivery.Key[..15]]), ("empty", [""]));

        (await SendAsync(delivery.WithToken(delivery.Key[..15]), "short")).Status.ShouldBe(Refused(gateway));
        (await SendAsync(delivery.WithToken(""), "empty")).Status.ShouldBe(Refused(gateway));
        _server.Log.Events.ShouldBeEmpty();
        _server.Log.Dead.ShouldBeEmpty();
    }

    private void Publish(string gateway, params (string Path, string[] Secrets)[] connections) => _server.World.Directory.Publish(
        World.Snapshot(connections.Select(one => World.Connection(one.Path, gateway, isActive: true, one.Secrets))));

    private async Task<RawAnswer> SendAsync(Delivery delivery, string path)
    {
        using var connection = await RawConnection.OpenAsync(_server);
        await connection.SendAsync(delivery.Request(path));
        return (await connection.ReadAsync()).ShouldNotBeNull();
    }

    // Eduzz gives up an address that refuses.
    private static int Refused(string gateway) => gateway is "eduzz" ? 202 : 401;

    private static string Shown(RawAnswer answer) =>
        string.Join('\n', answer.Head.Split("\r\n").Where(static line => !line.StartsWith("Date:", StringComparison.Ordinal))) + "\n" + answer.Body;

    public sealed class Fixture : IAsyncLifetime
    {
        private IngestServer _server = null!;

        // The vectors that are signed with a time were made then.
        public async Task InitializeAsync() =>
            _server = await IngestServer.StartAsync(new World { Clock = new FixedClock(new(2026, 9, 10, 17, 5, 0, TimeSpan.Zero)) });

        public async Task DisposeAsync() => await _server.DisposeAsync();

        internal IngestServer Empty()
        {
            _server.Log.Events.Clear();
            _server.Log.Dead.Clear();
            return _server;
        }
    }

    /// <summary>A gateway's first vector that verifies.</summary>
    private sealed record Delivery(string Gateway, string Key, string Query, IReadOnlyList<(string Name, string Value)> Headers, string Body)
    {
        public static Delivery Of(string gateway)
        {
            var vector = Samples.Vectors.First(vector =>
                vector.GetProperty("gateway").GetString() == gateway && vector.GetProperty("expect").GetString() == "valid");
            return new(
                gateway,
                vector.GetProperty("key").GetString()!,
                vector.TryGetProperty("query", out var query) && query.ValueKind is JsonValueKind.String ? query.GetString()! : "",
                vector.TryGetProperty("headers", out var headers) ? [.. headers.EnumerateObject().Select(static one => (one.Name, one.Value.GetString()!))] : [],
                vector.GetProperty("body").GetString()!);
        }

        /// <summary>The proof once more, as another line, parameter or property.</summary>
        public Delivery Twice() => this with
        {
            Query = Query.Length is 0 ? "" : $"{Query}&{Query}",
            Headers = [.. Headers, .. Headers],
            Body = Pair() is { } pair ? Body.Replace(pair, $"{pair},{pair}", StringComparison.Ordinal) : Body,
        };

        /// <summary>The proof once more, as a proxy joins two lines.</summary>
        public Delivery Joined() => Headers.Count is 0 ? Twice() : this with { Headers = [.. Headers.Select(static one => (one.Name, $"{one.Value}, {one.Value}"))] };

        /// <summary>Another token where the secret itself is sent.</summary>
        public Delivery WithToken(string token) => this with
        {
            Headers = [.. Headers.Select(one => (one.Name, one.Value.Replace(Key, token, StringComparison.Ordinal)))],
            Body = Body.Replace(Key, token, StringComparison.Ordinal),
        };

        public string Request(string path)
        {
            var body = Encoding.UTF8.GetBytes(Body);
            var headers = string.Concat(Headers.Select(static one => $"{one.Name}: {one.Value}\r\n"));
            return $"POST /api/v1/webhooks/{Gateway}/{path}?{Query} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n{headers}"
                + $"Content-Length: {body.Length}\r\n\r\n{Encoding.Latin1.GetString(body)}";
        }

        // "token":"…" with the secret itself.
        private string? Pair()
        {
            var value = Body.IndexOf($":\"{Key}\"", StringComparison.Ordinal);
            return value < 0 ? null : Body[Body.LastIndexOf('"', value - 2)..(value + Key.Length + 3)];
        }
    }
}
