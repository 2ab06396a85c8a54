namespace TrackHub.Schemas.Tests.Schemas;

/// <summary>Records lie in topics for up to 13 months and are read by analysts who do not upgrade first.</summary>
public sealed class FrozenSchemaTests
{
    private static readonly string FrozenFile = Path.Combine(AppContext.BaseDirectory, "Schemas", "frozen.txt");

    [Fact]
    public void Schemas_are_as_committed()
    {
        var frozen = File.ReadAllText(FrozenFile);

        var now = string.Join('\n', SchemaShape.Of(TrackedEvent.SchemaJson, Conversion.SchemaJson, DispatchReady.SchemaJson, DispatchAttempt.SchemaJson,
            EventOutcome.SchemaJson, DeadLetter.SchemaJson, UserData.SchemaJson, Alert.SchemaJson)) + '\n';

        now.ShouldBe(frozen, "A schema changed. New fields need a default, symbols only come last, nothing is renamed; then this is frozen.txt:\n" + now);
    }

    [Fact]
    public void Every_topics_schema_is_among_the_frozen()
    {
        var frozen = File.ReadAllLines(FrozenFile);

        frozen.Where(static line => line[0] != ' ').ShouldBeUnique();
        SchemaShape.Of(Topics.All.Select(static topic => topic.ValueSchemaJson)).ShouldBeSubsetOf(frozen);
    }

    [Fact]
    public void Subjects_follow_the_topic_name_strategy() =>
        Topics.All.ShouldAllBe(static topic => topic.Subject == topic.Name + "-value");
}
