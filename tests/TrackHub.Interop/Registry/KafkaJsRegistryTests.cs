using System.Net.Http.Json;
using System.Text.Json.Nodes;
using TrackHub.Interop.Codec;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Interop.Registry;

/// <summary>npm @kafkajs/confluent-schema-registry and our serde meet in one registry: the local one, or the one the environment names.</summary>
public sealed class KafkaJsRegistryTests(KafkaJsTalk talk) : IClassFixture<KafkaJsTalk>
{
    [Fact]
    public void It_finds_the_schema_we_registered()
    {
        ((int)talk.Answer["found"]!).ShouldBe(talk.Id);
        ((int)talk.Answer["latest"]!).ShouldBe(talk.Id);
    }

    [Fact]
    public void It_reads_what_our_serde_wrote()
    {
        var record = RecordCase.Of(typeof(Conversion));

        var values = talk.Answer["values"]!.AsArray();

        values.Count.ShouldBe(talk.Ours.Count);
        for (var i = 0; i < values.Count; i++)
            JsonNode.DeepEquals(values[i], record.Read(talk.Ours[i][WireFormat.HeaderBytes..]).Value).ShouldBeTrue(Convert.ToHexStringLower(talk.Ours[i]));
    }

    [Fact]
    public void Our_serde_reads_what_it_wrote()
    {
        var spelling = new Spelling(Conversion.SchemaJson);

        foreach (var made in talk.Answer["made"]!.AsArray())
        {
            talk.Serde.TryDecode<Conversion>(Convert.FromBase64String((string)made!["record"]!), out var record, out var detail).ShouldBe(DecodeOutcome.Decoded, detail);
            JsonNode.DeepEquals(spelling.Of(record!), made["value"]).ShouldBeTrue();
        }
    }

    [Fact]
    public async Task The_schema_it_registers_has_one_id_and_its_level()
    {
        var ids = talk.Answer["registered"]!.AsArray().Select(static id => (int)id!).ToList();

        ids.Distinct().Count().ShouldBe(1);
        (await talk.Client.FindLatestAsync(talk.Theirs, default))!.Id.ShouldBe(ids[0]);
        (await talk.Http.GetFromJsonAsync<JsonObject>($"config/{talk.Theirs}"))!["compatibilityLevel"]!.GetValue<string>().ShouldBe("FULL_TRANSITIVE");
    }

    [Theory]
    [InlineData("incompatible", 409, "incompatible with an earlier schema")]
    [InlineData("noSubject", 404, "not found")]
    [InlineData("noSchema", 404, "not found")]
    public void A_refusal_reaches_its_caller(string call, int status, string message)
    {
        var refusal = talk.Answer[call]!;

        ((int)refusal["status"]!).ShouldBe(status);
        ((string)refusal["message"]!).ShouldContain(message);
    }

    [Fact]
    public void Another_level_than_the_subjects_is_noticed_by_the_client() =>
        ((string)talk.Answer["otherLevel"]!["message"]!).ShouldContain("BACKWARD != FULL_TRANSITIVE");
}

/// <summary>The one conversation that the tests look at.</summary>
public sealed class KafkaJsTalk : IAsyncLifetime
{
    private const int Records = 50;
    private const string Name = "Sample";
    private static readonly string Unique = Guid.NewGuid().ToString("N");

    private SchemaIds _ids = null!;

    public RecordSerde Serde { get; private set; } = null!;

    public SchemaRegistryClient Client { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    /// <summary>Id of our schema.</summary>
    public int Id { get; private set; }

    /// <summary>Our values, in the wire format.</summary>
    public IReadOnlyList<byte[]> Ours { get; private set; } = [];

    /// <summary>The subject it registers.</summary>
    public string Theirs { get; } = $"theirs-{Unique}-value";

    /// <summary>What it said.</summary>
    public JsonNode Answer { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var kafka = await TestMachine.KafkaAsync();
        Http = new HttpClient { BaseAddress = kafka.Registry };
        Client = new(Http);
        _ids = new(Client, TimeProvider.System);
        Serde = new(_ids);

        var topic = Topics.Conversions with { Name = $"conversions-{Unique}" };
        Id = await _ids.IdOfAsync(topic, default);
        Ours = [.. RecordCase.Of(typeof(Conversion)).Make(Records).Select(avro => RecordSerde.Encode(Id, AvroCodec.Decode<Conversion>(avro)))];
        var job = new JsonObject
        {
            ["host"] = kafka.Registry.ToString(),
            ["subject"] = topic.Subject,
            ["id"] = Id,
            ["ours"] = Conversion.SchemaJson,
            ["records"] = new JsonArray([.. Ours.Select(static record => JsonValue.Create(Convert.ToBase64String(record)))]),
            ["count"] = Records,
            ["seed"] = 1,
            ["mine"] = Theirs,
            ["schema"] = SchemaOf("\"int\""),
            ["incompatible"] = SchemaOf("\"string\""),
        };
        Answer = JsonNode.Parse(await Peer.RunAsync("registry.js", job.ToJsonString()))!;
    }

    public Task DisposeAsync()
    {
        _ids.Dispose();
        Http.Dispose();
        return Task.CompletedTask;
    }

    private static string SchemaOf(string type) =>
        $$"""{"type":"record","name":"{{Name}}","namespace":"example","fields":[{"name":"n","type":{{type}}}]}""";
}
