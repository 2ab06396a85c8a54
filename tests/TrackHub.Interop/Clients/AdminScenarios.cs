using TrackHub.Testing;

namespace TrackHub.Interop.Clients;

/// <summary>Topics and groups looked after; what a client did is asked of Confluent.Kafka, and the other way round.</summary>
internal static class AdminScenarios
{
    private const int Partitions = 2;

    public static async Task CreatesGrowsAndDeletesATopicAsync(ScenarioRun run)
    {
        var topic = ScenarioRun.NewName("topic");

        await run.Client.CreateTopicAsync(topic, Partitions);
        run.Confluent.PartitionsOf(topic).ShouldBe(Partitions);
        await run.Client.GrowTopicAsync(topic, 3 * Partitions);
        await Eventually.Holds(() => run.Confluent.PartitionsOf(topic) == 3 * Partitions);
        await run.Client.DeleteTopicAsync(topic);

        await Eventually.Holds(() => run.Confluent.PartitionsOf(topic) == 0);
    }

    public static async Task AltersATopicsSettingsAsync(ScenarioRun run)
    {
        const string Setting = "retention.ms";
        var topic = await run.CreateTopicAsync(1);

        await run.Client.AlterSettingAsync(topic, Setting, "3600000");
        (await run.Confluent.ReadSettingAsync(topic, Setting)).ShouldBe("3600000");
        await run.Confluent.AlterSettingAsync(topic, Setting, "7200000");

        (await run.Client.ReadSettingAsync(topic, Setting)).ShouldBe("7200000");
    }

    public static async Task DeletesRecordsAsync(ScenarioRun run)
    {
        const int Count = 10, Before = 4;
        var topic = await run.CreateTopicAsync(1);
        var sent = Enumerable.Range(0, Count).Select(static i => SampleRecords.Record(0, $"{i}", "value", [], i) with { Offset = i }).ToList();
        await run.Confluent.WriteAsync(topic, "none", idempotent: false, sent);

        await run.Client.DeleteRecordsAsync(topic, 0, Before);

        WritingScenarios.ShouldBeSame(await run.Confluent.ReadAsync(topic, 1, Count - Before), [.. sent.Skip(Before)]);
        WritingScenarios.ShouldBeSame(await run.Client.ReadAsync(topic, 1, Count - Before), [.. sent.Skip(Before)]);
    }

    public static async Task LooksAtAGroupAsync(ScenarioRun run)
    {
        var (topic, group, member) = await JoinAsync(run);

        (await run.Client.LookAtGroupAsync(group, topic, Partitions)).State.ShouldBe("Stable");
        await member.CommitAsync();
        await member.LeaveAsync();
        var sight = await run.Client.LookAtGroupAsync(group, topic, Partitions);

        sight.State.ShouldBe("Empty");
        sight.Committed.ShouldBe([1, 1]);
    }

    public static async Task DeletesAGroupAsync(ScenarioRun run)
    {
        var (topic, group, member) = await JoinAsync(run);
        await member.CommitAsync();
        await member.LeaveAsync();

        await run.Client.DeleteGroupAsync(group);

        (await run.Confluent.CommittedAsync(group, topic, Partitions)).ShouldBe([-1, -1]);
    }

    /// <summary>A group of one Confluent.Kafka that has met a record of each partition.</summary>
    private static async Task<(string Topic, string Group, GroupMember Member)> JoinAsync(ScenarioRun run)
    {
        var (topic, group) = (await run.CreateTopicAsync(Partitions), ScenarioRun.NewName("group"));
        await run.Confluent.WriteAsync(
            topic, "none", idempotent: false, [.. Enumerable.Range(0, Partitions).Select(static partition => SampleRecords.Record(partition, "key", "value", [], 1))]);
        var member = await run.Confluent.JoinAsync(group, topic);
        await member.HasMetAsync(Partitions);
        return (topic, group, member);
    }
}
