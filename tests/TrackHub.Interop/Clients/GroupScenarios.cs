using TrackHub.Testing;

namespace TrackHub.Interop.Clients;

/// <summary>Groups: shared, taken over, committed, resumed. Each record is met exactly once, because everything is committed before the group changes.</summary>
internal static class GroupScenarios
{
    private const int Partitions = 4;
    private const int EachTime = 3;   // records to every partition
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static Task SharesAGroupAsync(ScenarioRun run) => ShareAsync(run, run.Client);

    public static Task SharesAGroupWithConfluentAsync(ScenarioRun run) => ShareAsync(run, run.Confluent);

    public static Task SharesAGroupCooperativelyAsync(ScenarioRun run) => ShareAsync(run, run.Client, cooperative: true);

    private static async Task ShareAsync(ScenarioRun run, ForeignClient other, bool cooperative = false)
    {
        var (topic, group) = (await run.CreateTopicAsync(Partitions), ScenarioRun.NewName("group"));
        var log = new GroupLog(run.Confluent, topic, group, commits: !run.Client.Facts.Lacks(Missing.Commits));

        var first = await run.Client.JoinAsync(group, topic, cooperative);
        await first.OwnsAsync(Partitions);
        await log.WriteAsync("alone");
        await log.ShouldMeetAsync(first);

        var second = await other.JoinAsync(group, topic, cooperative);
        await Task.WhenAll(first.OwnsAsync(Partitions / 2), second.OwnsAsync(Partitions / 2));
        first.Owned.Concat(second.Owned).Order().ShouldBe(Enumerable.Range(0, Partitions));
        await log.WriteAsync("shared");
        await log.ShouldMeetAsync(first, second);

        await first.LeaveAsync();
        await second.OwnsAsync(Partitions);
        await log.WriteAsync("taken over");
        await log.ShouldMeetAsync(second);
        await second.LeaveAsync();
        await log.ShouldBeCommittedAsync();

        await log.WriteAsync("resumed");
        var third = await run.Client.JoinAsync(group, topic, cooperative);
        await log.ShouldMeetAsync(third);
        await third.LeaveAsync();
    }

    /// <summary>What is written for the group, and what it must have met and committed.</summary>
    private sealed class GroupLog(ConfluentClient confluent, string topic, string group, bool commits)
    {
        private List<ClientRecord> _written = [];
        private int _offset;

        public async Task WriteAsync(string value)
        {
            _written = [.. Enumerable.Range(0, Partitions * EachTime).Select(i =>
                SampleRecords.Record(i % Partitions, $"{i}", value, [], 1_700_000_000_000 + i) with { Offset = _offset + (i / Partitions) })];
            await confluent.WriteAsync(topic, "none", idempotent: false, _written);
            _offset += EachTime;
        }

        public Task ShouldBeCommittedAsync() => Eventually.Holds(
            async () => (await confluent.CommittedAsync(group, topic, Partitions)).ShouldBe(Enumerable.Repeat((long)_offset, Partitions)), Limit);

        /// <summary>The members meet all that was written last and nothing else, each in its own partitions, and commit it.</summary>
        public async Task ShouldMeetAsync(params IReadOnlyList<GroupMember> members)
        {
            foreach (var member in members)
            {
                await member.OwnsAsync(Partitions / members.Count);
                await member.HasMetAsync(_written.Count / members.Count);
            }

            foreach (var member in members)
                await member.CommitAsync();
            if (commits)
                await ShouldBeCommittedAsync();
            foreach (var (member, met) in members.Select(static member => (member, member.TakeMet())))
                WritingScenarios.ShouldBeSame(met, [.. _written.Where(record => member.Owned.Contains(record.Partition))]);
        }
    }
}
