using System.Buffers;
using TrackHub.Schemas.Tests.Avro;

namespace TrackHub.Schemas.Tests.Registry;

/// <summary>Values of topics, with the registry between writer and reader.</summary>
public sealed class RecordSerdeTests : IAsyncLifetime
{
    private static readonly SealedBox Box = new() { KeyId = "k", Box = [1] };
    private static readonly UserData User = new() { Em = ["hash"], Fbp = "fb.1.1.1" };
    private static readonly TopicDefinition Boxes = new("boxes", 1, null, typeof(SealedBox), SealedBox.SchemaJson);

    private readonly ManualClock _clock = new();
    private RegistryStandIn _server = null!;
    private SchemaIds _ids = null!;
    private RecordSerde _serde = null!;

    public async Task InitializeAsync()
    {
        _server = await RegistryStandIn.StartAsync();
        _ids = new SchemaIds(new SchemaRegistryClient(_server.Http), _clock);
        _serde = new RecordSerde(_ids);
    }

    public async Task DisposeAsync()
    {
        _ids.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Value_is_magic_byte_big_endian_id_and_avro()
    {
        for (var i = 0; i < 258; i++)
            _server.Add($"\"filler {i}\"");

        var value = await _serde.EncodeAsync(Boxes, Box, default);

        Hex.Text(value).ShouldBe("00 00 00 01 03 02 6b 02 01");
    }

    [Fact]
    public async Task Own_value_is_decoded_without_asking_again()
    {
        var value = await _serde.EncodeAsync(Boxes, Box, default);
        await _serde.EncodeAsync(Boxes, Box, default);

        _serde.TryDecode<SealedBox>(value, out var decoded).ShouldBe(DecodeOutcome.Decoded);

        decoded.ShouldBe(Box);
        _server.Requests.ShouldBe(["POST /registry/subjects/boxes-value/versions"]);
    }

    [Fact]
    public async Task Start_registers_every_topic_under_its_subject_once()
    {
        await _ids.RegisterAsync(Topics.All, default);
        await _ids.RegisterAsync(Topics.All, default);

        _server.Requests.ShouldBe(Topics.All.Select(static topic => $"POST /registry/subjects/{topic.Name}-value/versions"), ignoreOrder: true);
    }

    [Fact]
    public async Task Value_of_another_process_is_decoded_once_its_schema_was_fetched_once()
    {
        var id = _server.Add(SealedBox.SchemaJson);
        var value = RecordSerde.Encode(id, Box);

        _serde.TryDecode<SealedBox>(value, out _).ShouldBe(DecodeOutcome.SchemaNotLearnt);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _ids.LearnAsync(id, default).AsTask()));
        _serde.TryDecode<SealedBox>(value, out var decoded).ShouldBe(DecodeOutcome.Decoded);

        decoded.ShouldBe(Box);
        _server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Schema_spelt_otherwise_is_the_same_schema()
    {
        // As a registry may return it: attributes in another order, no documentation, short types as objects, full names.
        var id = _server.Add("""
            { "fields": [ { "type": {"type": "string"}, "name": "key_id" }, { "name": "box", "type": "bytes", "default": "" } ],
              "name": "trackhub.SealedBox", "type": "record" }
            """);
        await _ids.LearnAsync(id, default);

        _serde.TryDecode<SealedBox>(RecordSerde.Encode(id, Box), out var decoded).ShouldBe(DecodeOutcome.Decoded);

        decoded.ShouldBe(Box);
    }

    [Theory]
    [InlineData("\"name\":\"key_id\"", "\"name\":\"key\"", "key_id: not written")]
    [InlineData("\"bytes\"", "\"boolean\"", "box: written as boolean, read as bytes")]
    [InlineData("SealedBox", "OtherBox", "written as trackhub.OtherBox")]
    public async Task Schema_that_cannot_be_resolved_says_which_and_where(string ours, string theirs, string why)
    {
        var id = _server.Add(SealedBox.SchemaJson.Replace(ours, theirs, StringComparison.Ordinal));
        await _ids.LearnAsync(id, default);

        _serde.TryDecode<SealedBox>(RecordSerde.Encode(id, Box), out var decoded, out var detail).ShouldBe(DecodeOutcome.Unresolvable);

        decoded.ShouldBeNull();
        detail.ShouldContain($"schema id {id} ");
        detail.ShouldContain("trackhub.SealedBox");
        detail.ShouldContain(why);
    }

    [Fact]
    public async Task Record_of_another_version_is_resolved()
    {
        var id = _server.Add("""
            {"type":"record","name":"SealedBox","namespace":"trackhub","fields":[
              {"name":"sealed_at","type":"long"},{"name":"box","type":"bytes"},{"name":"key_id","type":"string"},{"name":"more","type":["null","string"]}]}
            """);
        await _ids.LearnAsync(id, default);

        _serde.TryDecode<SealedBox>(Hex.Bytes($"00 00 00 00 {id:x2} 0e 02 01 02 6b 02 02 78"), out var decoded).ShouldBe(DecodeOutcome.Decoded);

        decoded.ShouldBe(Box);
    }

    [Fact]
    public async Task Value_the_reader_has_no_place_for_does_not_hide_the_others()
    {
        var id = _server.Add(SealedBox.SchemaJson.Replace("\"bytes\"", "[\"bytes\",\"null\"]", StringComparison.Ordinal));
        await _ids.LearnAsync(id, default);

        _serde.TryDecode<SealedBox>(Hex.Bytes($"00 00 00 00 {id:x2} 02 6b 02"), out _, out var detail).ShouldBe(DecodeOutcome.Unresolvable);
        _serde.TryDecode<SealedBox>(Hex.Bytes($"00 00 00 00 {id:x2} 02 6b 00 02 01"), out var decoded).ShouldBe(DecodeOutcome.Decoded);

        detail.ShouldContain($"schema id {id} ");
        detail.ShouldContain("box: ");
        decoded.ShouldBe(Box);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0e 02 01 02 6b 02 02")]
    [InlineData("0e 02 01 02 6b 02 02 78 00")]
    [InlineData("0e 02 01 02 ff 00")]   // bytes of the writer's that are no text of ours are found by our decoder
    public async Task Malformed_record_of_another_version_is_malformed(string hex)
    {
        var id = _server.Add("""
            {"type":"record","name":"SealedBox","namespace":"trackhub","fields":[
              {"name":"sealed_at","type":"long"},{"name":"box","type":"bytes"},{"name":"key_id","type":"bytes"},{"name":"more","type":["null","string"]}]}
            """);
        await _ids.LearnAsync(id, default);

        _serde.TryDecode<SealedBox>([0, 0, 0, 0, (byte)id, .. Hex.Bytes(hex)], out var decoded).ShouldBe(DecodeOutcome.Malformed);

        decoded.ShouldBeNull();
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("""{"type":"record","name":7,"fields":[]}""")]
    [InlineData("""{"type":"record","name":"trackhub.SealedBox","fields":7}""")]
    [InlineData("""{"type":"fixed","name":"a","size":1.5}""")]
    public async Task Schema_that_is_none_is_unresolvable(string schema)
    {
        var id = _server.Add(schema);
        await _ids.LearnAsync(id, default);

        _serde.TryDecode<SealedBox>(RecordSerde.Encode(id, Box), out _).ShouldBe(DecodeOutcome.Unresolvable);
    }

    [Fact]
    public async Task Id_the_registry_does_not_have_is_unknown_and_asked_again_only_after_a_while()
    {
        var value = RecordSerde.Encode(1, Box);

        await _ids.LearnAsync(1, default);
        await _ids.LearnAsync(1, default);
        _serde.TryDecode<SealedBox>(value, out _, out var detail).ShouldBe(DecodeOutcome.SchemaUnknown);
        detail.ShouldContain("no Avro schema of id 1");
        _server.Requests.Count.ShouldBe(1);

        _server.Add(SealedBox.SchemaJson);
        _clock.Advance(TimeSpan.FromSeconds(30));
        _serde.TryDecode<SealedBox>(value, out _).ShouldBe(DecodeOutcome.SchemaNotLearnt);
        await _ids.LearnAsync(1, default);
        _serde.TryDecode<SealedBox>(value, out _).ShouldBe(DecodeOutcome.Decoded);
    }

    [Fact]
    public async Task Refused_schema_stays_to_be_registered()
    {
        _server.Intercept = static context => RegistryStandIn.AnswerAsync(context, 503, "");
        await Should.ThrowAsync<SchemaRegistryException>(_ids.IdOfAsync(Boxes, default).AsTask());

        _server.Intercept = null;

        (await _ids.IdOfAsync(Boxes, default)).ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00 00 00 00")]
    [InlineData("01 00 00 00 01 02 6b 02 01")]
    [InlineData("00 ff ff ff ff 02 6b 02 01")]
    [InlineData("7b 22 61 22 3a 31 7d")]
    public void Value_in_another_format_is_told_apart(string hex) =>
        _serde.TryDecode<SealedBox>(Hex.Bytes(hex), out _).ShouldBe(DecodeOutcome.NotWireFormat);

    [Theory]
    [InlineData("")]
    [InlineData("02 6b 02")]
    [InlineData("02 6b 02 01 00")]
    public async Task Malformed_record_says_where_and_nothing_of_its_content(string hex)
    {
        var id = await _ids.IdOfAsync(Boxes, default);
        var value = RecordSerde.Encode(id, Box)[..5].Concat(Hex.Bytes(hex)).ToArray();

        _serde.TryDecode<SealedBox>(value, out var decoded, out var detail).ShouldBe(DecodeOutcome.Malformed);

        decoded.ShouldBeNull();
        detail.ShouldContain("at byte ");
    }

    [Fact]
    public async Task One_id_is_read_or_not_by_each_type_for_itself()
    {
        var value = await _serde.EncodeAsync(Boxes, Box, default);

        _serde.TryDecode<UserData>(value, out _).ShouldBe(DecodeOutcome.Unresolvable);
        _serde.TryDecode<SealedBox>(value, out _).ShouldBe(DecodeOutcome.Decoded);
    }

    [Fact]
    public async Task Record_of_another_type_than_the_topics_is_refused() =>
        await Should.ThrowAsync<ArgumentException>(async () => await _serde.EncodeAsync(Boxes, User, default));

    [Fact]
    public void Record_beyond_the_usual_size_is_encoded_alike_into_array_and_sink()
    {
        var big = new SealedBox { KeyId = new string('k', 20_000), Box = new byte[50_000] };
        var sink = new ArrayBufferWriter<byte>();

        RecordSerde.Encode(1, big, sink);

        RecordSerde.Encode(1, big).ShouldBe(sink.WrittenSpan.ToArray());
    }
}
