using System.Net;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Interop.Registry;

/// <summary>
/// Our client against what a real Confluent Schema Registry says. Sources: Confluent's API reference (docs.confluent.io, Schema Registry API
/// Reference), the public source and issues of github.com/confluentinc/schema-registry; each recording names its own. Schemas are fictional.
/// </summary>
public sealed class RecordedRegistryTests
{
    private const string Subject = "orders-value";
    private const string Order = """{"type":"record","name":"Order","namespace":"com.example","fields":[{"name":"order_id","type":"string"}]}""";
    private const string Wider =
        """{"type":"record","name":"Order","namespace":"com.example","fields":[{"name":"order_id","type":"string"},{"name":"paid","type":"boolean"}]}""";

    private static readonly TopicDefinition Orders = Topics.Conversions with { Name = "orders", ValueSchemaJson = Order };
    private static readonly RegistryLimits Patient = new(TimeSpan.FromSeconds(60), TimeSpan.FromMilliseconds(10));

    [Theory]
    [InlineData("register", 1)]
    [InlineData("register-told-in-full", 100001)]
    [InlineData("leader-away", 5)]
    [InlineData("moved", 1)]
    public async Task A_schema_is_registered(string conversation, int id) =>
        await TalkAsync(conversation, async client => (await client.RegisterAsync(Subject, Order, default)).ShouldBe(id));

    [Fact]
    public async Task A_schema_is_looked_up() => await TalkAsync("look-up", static async client =>
        (await client.FindVersionAsync(Subject, Order, default)).ShouldBe(new RegisteredSchema(Subject, 3, 1, Order)));

    [Theory]
    [InlineData("schema-by-id")]
    [InlineData("asked-too-much")]
    public async Task A_schema_is_read_by_its_id(string conversation) =>
        await TalkAsync(conversation, static async client => (await client.FindSchemaAsync(1, default)).ShouldBe(Order));

    [Fact]
    public async Task A_schema_of_another_language_is_none() =>
        await TalkAsync("schema-of-another-language", static async client => (await client.FindSchemaAsync(2, default)).ShouldBeNull());

    [Fact]
    public async Task What_is_not_there_is_null() => await TalkAsync("nothing-there", static async client =>
    {
        (await client.FindSchemaAsync(7, default)).ShouldBeNull();
        (await client.FindLatestAsync(Subject, default)).ShouldBeNull();
        (await client.FindVersionAsync(Subject, Order, default)).ShouldBeNull();
        (await client.FindLevelAsync(Subject, default)).ShouldBeNull();
    });

    [Fact]
    public async Task An_incompatible_schema_is_refused_for_good_with_the_registrys_reasons() => await TalkAsync("incompatible", static async client =>
    {
        var refused = await Should.ThrowAsync<SchemaRegistryException>(client.RegisterAsync(Subject, Wider, default));
        refused.Status.ShouldBe(HttpStatusCode.Conflict);
        refused.IsTemporary.ShouldBeFalse();
        refused.Message.ShouldContain("READER_FIELD_MISSING_DEFAULT_VALUE");
        (await Should.ThrowAsync<SchemaRegistryException>(client.RegisterAsync(Subject, Wider, default))).ErrorCode.ShouldBe(40901);
    });

    [Fact]
    public async Task An_invalid_schema_is_refused_for_good() => await TalkAsync("invalid-schema", static async client =>
    {
        var refused = await Should.ThrowAsync<SchemaRegistryException>(client.RegisterAsync(Subject, """{"type":"recrod"}""", default));
        refused.ErrorCode.ShouldBe(42201);
        refused.IsTemporary.ShouldBeFalse();
    });

    [Fact]
    public async Task A_level_is_read_and_set() => await TalkAsync("level", static async client =>
    {
        (await client.FindLevelAsync(Subject, default)).ShouldBe("BACKWARD");
        await client.SetLevelAsync(Subject, "FULL_TRANSITIVE", default);
        (await Should.ThrowAsync<SchemaRegistryException>(client.SetLevelAsync(Subject, "SOMETIMES", default))).ErrorCode.ShouldBe(42203);
    });

    [Fact]
    public async Task Credentials_of_the_address_are_sent_and_told_to_nobody() => await TalkAsync(
        "basic-authentication",
        static async client =>
        {
            (await client.FindSchemaAsync(1, default)).ShouldBe(Order);
            var refused = await Should.ThrowAsync<SchemaRegistryException>(client.RegisterAsync(Subject, Order, default));
            refused.Status.ShouldBe(HttpStatusCode.Unauthorized);
            refused.IsTemporary.ShouldBeFalse();
            refused.Message.ShouldContain("Remedy: check the credentials");
            refused.ToString().ShouldNotContain("word");
            client.Address.ShouldNotContain("analyst");
        },
        credentials: "analyst:p%40ss%2Fword@");

    [Fact]
    public async Task Without_the_right_to_register_what_is_registered_is_used() => await TalkAsync("no-right-to-register", static async client =>
    {
        using var ids = new SchemaIds(client, TimeProvider.System);
        (await ids.IdOfAsync(Orders, default)).ShouldBe(12);
    });

    [Fact]
    public async Task Without_it_and_without_the_schema_the_refusal_is_told() => await TalkAsync("read-only-and-unknown", static async client =>
    {
        using var ids = new SchemaIds(client, TimeProvider.System);
        (await Should.ThrowAsync<SchemaRegistryException>(ids.IdOfAsync(Orders, default).AsTask())).ErrorCode.ShouldBe(42205);
    });

    [Fact]
    public async Task A_registry_that_stays_away_is_told_as_temporary_after_three_attempts() => await TalkAsync("store-away", static async client =>
    {
        var refused = await Should.ThrowAsync<SchemaRegistryException>(client.RegisterAsync(Subject, Order, default));
        refused.ErrorCode.ShouldBe(50001);
        refused.IsTemporary.ShouldBeTrue();
    });

    [Fact]
    public async Task An_answer_that_does_not_come_is_asked_for_again() => await TalkAsync(
        "slow",
        static async client => (await client.FindSchemaAsync(1, default)).ShouldBe(Order),
        limits: new(TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(10)));

    [Fact]
    public async Task A_registry_that_never_answers_counts_as_not_reached()
    {
        using var silent = new System.Net.Sockets.TcpListener(IPAddress.Loopback, port: 0);
        silent.Start();
        using var http = RegistryHttp.Create(
            new() { Url = new($"http://{silent.LocalEndpoint}") }, new(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(10)), TimeProvider.System);

        var failure = await Should.ThrowAsync<HttpRequestException>(new SchemaRegistryClient(http).FindSchemaAsync(1, default));

        failure.Message.ShouldContain("no answer within 0.1 s");
        Dependencies.IsAway(failure).ShouldBeTrue();
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_not_kept_waiting()
    {
        using var silent = new System.Net.Sockets.TcpListener(IPAddress.Loopback, port: 0);
        silent.Start();
        using var http = RegistryHttp.Create(new() { Url = new($"http://{silent.LocalEndpoint}") }, Patient, TimeProvider.System);
        using var gaveUp = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        await Should.ThrowAsync<OperationCanceledException>(new SchemaRegistryClient(http).FindSchemaAsync(1, gaveUp.Token));
    }

    private static async Task TalkAsync(string conversation, Func<SchemaRegistryClient, Task> talk, string credentials = "", RegistryLimits? limits = null)
    {
        await using var server = await ConversationServer.PlayAsync(conversation);
        using var http = RegistryHttp.Create(new() { Url = new($"http://{credentials}{server.Address.Authority}") }, limits ?? Patient, TimeProvider.System);

        await talk(new SchemaRegistryClient(http));

        server.ShouldBeOver();
    }
}
