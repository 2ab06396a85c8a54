namespace TrackHub.LocalKafka.Tests.Registry;

/// <summary>Levels, and what each lets a subject's next version be.</summary>
public sealed class RegistryCompatibilityTests : RegistryTest
{
    private const string One = """{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}""";
    private const string OptionalAdded = """{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"int","default":0}]}""";
    private const string RequiredAdded = """{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"int"}]}""";
    private const string Widened = """{"type":"record","name":"R","fields":[{"name":"a","type":"long"}]}""";

    [Fact]
    public async Task Levels_are_kept_per_subject_and_globally()
    {
        (await Registry.GetAsync("/config")).ShouldBe("""{"compatibilityLevel":"FULL_TRANSITIVE"}""");
        (await Registry.GetAsync("/config/a-value?defaultToGlobal=true")).ShouldBe("""{"compatibilityLevel":"FULL_TRANSITIVE"}""");

        (await Registry.SetLevelAsync(null, "backward")).ShouldBe("""{"compatibility":"BACKWARD"}""");
        await Registry.SetLevelAsync("a-value", "NONE");
        await RestartAsync();

        (await Registry.GetAsync("/config")).ShouldBe("""{"compatibilityLevel":"BACKWARD"}""");
        (await Registry.GetAsync("/config/a-value")).ShouldBe("""{"compatibilityLevel":"NONE"}""");
        (await Registry.RefusalAsync(HttpMethod.Put, "/config", """{"compatibility":"SOMETIMES"}""")).ShouldBe(42203);
        (await Registry.RefusalAsync(HttpMethod.Put, "/config/a-value", "{}")).ShouldBe(42203);
    }

    [Fact]
    public async Task A_level_taken_back_is_told_and_gone()
    {
        await Registry.SetLevelAsync(null, "BACKWARD");
        await Registry.SetLevelAsync("a-value", "NONE");

        (await Registry.DeleteAsync("/config/a-value")).ShouldBe("""{"compatibilityLevel":"NONE"}""");
        (await Registry.DeleteAsync("/config")).ShouldBe("""{"compatibilityLevel":"BACKWARD"}""");
        await RestartAsync();

        (await Registry.GetAsync("/config/a-value?defaultToGlobal=true")).ShouldBe("""{"compatibilityLevel":"FULL_TRANSITIVE"}""");
        (await Registry.RefusalAsync(HttpMethod.Delete, "/config/a-value")).ShouldBe(40401);
    }

    [Theory]
    [InlineData("NONE", true, true, true)]
    [InlineData("BACKWARD", true, false, true)]
    [InlineData("BACKWARD_TRANSITIVE", true, false, true)]
    [InlineData("FORWARD", true, true, false)]
    [InlineData("FORWARD_TRANSITIVE", true, true, false)]
    [InlineData("FULL", true, false, false)]
    [InlineData("FULL_TRANSITIVE", true, false, false)]
    public async Task A_level_decides_what_is_registered_and_what_the_test_says(string level, bool optional, bool required, bool widened)
    {
        await Registry.SetLevelAsync("a-value", level);
        await Registry.RegisterAsync("a-value", One);

        foreach (var (schema, expected) in new[] { (OptionalAdded, optional), (RequiredAdded, required), (Widened, widened) })
        {
            (await Registry.TestAsync("a-value", schema)).IsCompatible.ShouldBe(expected, schema);
            (await Registry.TestAsync("a-value", schema, "/latest")).IsCompatible.ShouldBe(expected, schema);
            (await Registry.TestAsync("a-value", schema, "/1")).IsCompatible.ShouldBe(expected, schema);
            if (!expected)
                (await Registry.RefusalAsync(HttpMethod.Post, "/subjects/a-value/versions", RegistryCaller.SchemaBody(schema))).ShouldBe(409);
        }

        (await Registry.GetAsync("/subjects/a-value/versions")).ShouldBe("[1]");
    }

    [Theory]
    [InlineData("BACKWARD", true)]
    [InlineData("BACKWARD_TRANSITIVE", false)]
    public async Task Only_a_transitive_level_looks_past_the_newest_version(string level, bool isCompatible)
    {
        // The field comes without a default once there is a version that has it: the newest can be read, the first cannot.
        await Registry.SetLevelAsync("a-value", level);
        await Registry.RegisterAsync("a-value", One);
        await Registry.RegisterAsync("a-value", OptionalAdded);

        var (answer, messages) = await Registry.TestAsync("a-value", RequiredAdded);

        answer.ShouldBe(isCompatible);
        if (!isCompatible)
        {
            messages.ShouldContain("{oldSchemaVersion: 1}");
            messages.ShouldContain("errorType:'READER_FIELD_MISSING_DEFAULT_VALUE'");
            messages.ShouldContain("/fields/1");
        }
    }

    [Fact]
    public async Task Deleted_versions_are_not_compared_with()
    {
        await Registry.RegisterAsync("a-value", One);
        await Registry.DeleteAsync("/subjects/a-value");

        (await Registry.RegisterAsync("a-value", RequiredAdded)).ShouldBe(2);
    }

    [Fact]
    public async Task A_test_against_what_is_not_there_is_refused_or_passes_as_confluents_does()
    {
        (await Registry.TestAsync("nobody", One)).IsCompatible.ShouldBeTrue();
        (await Registry.TestAsync("nobody", One, "/latest")).IsCompatible.ShouldBeTrue();
        (await Registry.RefusalAsync(HttpMethod.Post, "/compatibility/subjects/nobody/versions/1", RegistryCaller.SchemaBody(One))).ShouldBe(40402);
        (await Registry.RefusalAsync(HttpMethod.Post, "/compatibility/subjects/nobody/versions/one", RegistryCaller.SchemaBody(One))).ShouldBe(42202);
        (await Registry.RefusalAsync(HttpMethod.Post, "/compatibility/subjects/nobody/versions", RegistryCaller.SchemaBody("{"))).ShouldBe(42201);
        var (answer, messages) = await Registry.TestAsync("nobody", "{");
        answer.ShouldBeFalse();
        messages.ShouldContain("invalid Avro schema");
    }

    [Fact]
    public async Task Messages_come_only_when_asked_for()
    {
        await Registry.RegisterAsync("a-value", One);

        (await Registry.PostAsync("/compatibility/subjects/a-value/versions", RequiredAdded)).ShouldBe("""{"is_compatible":false}""");
        (await Registry.PostAsync("/compatibility/subjects/a-value/versions?verbose=true", One)).ShouldBe("""{"is_compatible":true,"messages":[]}""");
    }
}
