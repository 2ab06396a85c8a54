namespace TrackHub.Schemas.Tests.Resolution;

/// <summary>Schemas made to cost: whoever may register one must not stop a reader with it.</summary>
public sealed class HostileSchemaTests
{
    private const int AllocatedPerChar = 512;
    private const int AllocatedAnyway = 1024 * 1024;
    private const string Wrong = "{}[]\",:0na\ud800";
    private const string Ours = """{"type":"record","name":"R","fields":[{"name":"a","type":["null",{"type":"record","name":"S","fields":[{"name":"b","type":["null","int"]}]}]}]}""";

    [Fact]
    public void Text_beyond_the_limit_is_not_read() =>
        Resolve($"\"{new string('x', SchemaParser.MaxChars)}\"")
            .Fault.ShouldBe($"the writer's schema: the schema has {SchemaParser.MaxChars + 2} characters, more than {SchemaParser.MaxChars}");

    [Fact]
    public void Nesting_as_deep_as_the_limit_of_length_allows_is_refused()
    {
        const int Deep = 40_000;

        Resolve(string.Concat(Enumerable.Repeat("[", Deep)) + string.Concat(Enumerable.Repeat("]", Deep))).Fault.ShouldNotBeNull();
        Resolve(string.Concat(Enumerable.Repeat("""{"type":""", Deep)) + "\"int\"" + new string('}', Deep)).Fault.ShouldNotBeNull();
        Resolve(string.Concat(Enumerable.Repeat("""{"type":"array","items":""", Deep)) + "\"int\"" + new string('}', Deep)).Fault.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"r","type":"R"}]}""")]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"r","type":["null","R"]},{"name":"a","type":"null"}]}""")]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"a","type":["null",{"type":"record","name":"S","fields":[{"name":"b","type":["int","R","S"]}]}]}]}""")]
    public void Recursive_schema_and_endless_bytes_end(string schema)
    {
        var resolution = Resolve(schema);

        // Each byte goes one branch deeper.
        Refuses(resolution, Enumerable.Repeat((byte)2, 100_000).ToArray());
    }

    [Fact]
    public void Chain_of_definitions_deeper_than_any_stack_is_walked_no_deeper_than_the_limit()
    {
        // Each record holds the one before it: the depth costs no nesting of JSON.
        var chain = string.Join(',', Enumerable.Range(1, 10_000)
            .Select(static i => $$"""{"name":"f{{i}}","type":["null",{"type":"record","name":"C{{i}}","fields":[{"name":"c","type":"C{{i - 1}}"}]}]}"""));
        var schema = $$"""{"type":"record","name":"R","fields":[{"name":"f0","type":["null",{"type":"record","name":"C0","fields":[{"name":"c","type":"int"}]}]},{{chain}},{"name":"a","type":"null"}]}""";

        Refuses(Resolve(schema), [.. new byte[10_000], 2, 2]);
    }

    [Fact]
    public void Branches_that_multiply_level_by_level_are_counted_and_refused()
    {
        // Forty namesakes of S in each of three levels, every one with a place in ours: 64,000 ways.
        const string Three = """{"type":"record","name":"R","fields":[{"name":"a","type":{"type":"record","name":"S","fields":[{"name":"b","type":{"type":"record","name":"T","fields":[{"name":"c","type":{"type":"record","name":"U","fields":[{"name":"d","type":"int"}]}}]}}]}}]}""";
        var u = Namesakes("U", "d", "\"int\"", 40);
        var t = Namesakes("T", "c", u.Names, 40);
        var s = Namesakes("S", "b", t.Names, 40);
        var schema = $$"""{"type":"record","name":"R","fields":[{"name":"u","type":{{u.Defined}} },{"name":"t","type":{{t.Defined}} },{"name":"a","type":{{s.Defined}} }]}""";

        Resolve(schema, Three).Fault.ShouldBe($"the two schemas need more than {SchemaResolver.MaxSteps} steps");

        static (string Defined, string Names) Namesakes(string name, string field, string type, int count) => (
            $"[{string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"type":"record","name":"n{{i}}.{{name}}","fields":[{"name":"{{field}}","type":{{type}} }]}"""))}]",
            $"[{string.Join(',', Enumerable.Range(0, count).Select(i => $"\"n{i}.{name}\""))}]");
    }

    [Fact]
    public void Enum_of_more_symbols_than_a_plan_has_steps_is_refused()
    {
        var symbols = string.Join(',', Enumerable.Range(0, 50_000).Select(static i => $"\"s{i}\""));

        Resolve($$"""{"type":"enum","name":"E","symbols":[{{symbols}}]}""", """{"type":"enum","name":"E","symbols":["a"],"default":"a"}""").Fault.ShouldNotBeNull();
    }

    [Fact]
    public void Items_that_take_no_bytes_are_refused()
    {
        Resolve("""{"type":"array","items":"null"}""").Fault!.ShouldContain("items of an array take no bytes");
        Resolve("""{"type":"array","items":{"type":"record","name":"N","fields":[{"name":"x","type":"null"},{"name":"y","type":{"type":"fixed","name":"F","size":0}}]}}""")
            .Fault!.ShouldContain("items of an array take no bytes");
    }

    [Fact]
    public void Fields_that_take_no_bytes_cost_no_work()
    {
        // Twenty thousand nulls beside a byte, in a million items: as steps, they would take minutes.
        var nulls = string.Join(',', Enumerable.Range(0, 15_000).Select(static i => $$"""{"name":"n{{i}}","type":"null"}"""));
        var schema = $$"""{"type":"record","name":"R","fields":[{"name":"many","type":{"type":"array","items":{"type":"record","name":"I","fields":[{"name":"x","type":"boolean"},{{nulls}}]} } },{"name":"a","type":"null"}]}""";

        // 1,000,000 items in one block, then the end.
        Resolve(schema).Turn([0x80, 0x89, 0x7a, .. new byte[1_000_000], 0]).ShouldBe([0]);
    }

    [Fact]
    public void Schema_text_gone_wrong_is_refused_or_read_and_never_thrown_at()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var text = TrackedEvent.SchemaJson.ToCharArray();
            for (var i = random.Next(1, 4); i > 0; i--)
                text[random.Next(text.Length)] = Wrong[random.Next(Wrong.Length)];

            var resolution = Resolve(new string(text), TrackedEvent.SchemaJson);

            (resolution.Fault?.Length ?? 0).ShouldBeLessThan(400);
        }
    }

    /// <summary>Plans, within memory in proportion to the text.</summary>
    private static SchemaResolution Resolve(string writer, string reader = Ours)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var resolution = SchemaResolution.Of(writer, reader);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(((writer.Length + reader.Length) * (long)AllocatedPerChar) + AllocatedAnyway);
        return resolution;
    }

    private static void Refuses(SchemaResolution resolution, byte[] bytes)
    {
        if (resolution.Fault is null)
            (Should.Throw<Exception>(() => resolution.Turn(bytes)) is AvroFormatException or UnreadableValueException).ShouldBeTrue();
    }
}
