using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Tests.Groups;

public sealed class GroupStoreTests : IDisposable
{
    private const int Commits = 60_000;

    private readonly string _directory = Directory.CreateTempSubdirectory("offsets-").FullName;

    private string JournalPath => Path.Combine(_directory, "groups.journal");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void The_journal_stays_small_over_many_commits_and_keeps_the_last_of_each()
    {
        using (var store = Open())
        {
            store.Put(new StoredGroup("group", 3, "consumer", "range", null, []));
            for (var i = 0; i < Commits; i++)
                store.Commit("group", [new CommittedOffset("topic", i % 5, i, 0, null), new CommittedOffset("other", 0, i, 0, "m")]);
        }

        new FileInfo(JournalPath).Length.ShouldBeLessThan(5 * 1024 * 1024);
        using var recovered = Open();
        recovered.Find("group")!.Generation.ShouldBe(3);
        recovered.FindOffset("other-group", "topic", 0).ShouldBeNull();
        recovered.FindOffset("group", "other", 0).ShouldBe(new CommittedOffset("other", 0, Commits - 1, 0, "m"));
        recovered.OffsetsOf("group").Where(static offset => offset.Topic == "topic").Select(static offset => offset.Offset).Order()
            .ShouldBe(Enumerable.Range(Commits - 5, 5).Select(static i => (long)i));
    }

    [Fact]
    public void A_deleted_groups_and_topics_offsets_stay_gone_after_a_restart()
    {
        using (var store = Open())
        {
            store.Commit("kept", [new CommittedOffset("topic", 0, 1, 0, null), new CommittedOffset("deleted-topic", 0, 1, 0, null)]);
            store.Commit("deleted", [new CommittedOffset("topic", 0, 1, 0, null)]);
            store.Delete("deleted");
            store.ForgetTopic("deleted-topic");
        }

        using var recovered = Open();
        recovered.GroupIds.ShouldBe(["kept"]);
        recovered.OffsetsOf("kept").Select(static offset => offset.Topic).ShouldBe(["topic"]);
    }

    [Fact]
    public void A_journal_of_an_earlier_version_is_read()
    {
        using (var journal = Journal.Open(JournalPath, static _ => { }, NullLogger.Instance))
        {
            journal.Append("""{"group":{"id":"group","generation":3,"protocolType":"consumer","members":[]}}"""u8);
            journal.Append("""{"committing":"group","offsets":[{"topic":"topic","partition":1,"offset":5,"leaderEpoch":0}]}"""u8);
        }

        using var store = Open();
        store.Find("group").ShouldNotBeNull().EmptySinceMs.ShouldBe(0);
        store.OffsetsOf("group").ShouldBe([new CommittedOffset("topic", 1, 5, 0, null, CommittedAtMs: 0, ExpiresAtMs: null)]);
    }

    [Fact]
    public void A_rewritten_journal_keeps_every_one_of_many_offsets_with_their_times()
    {
        var offsets = Enumerable.Range(0, 2500)
            .Select(static i => new CommittedOffset("topic", i, i, 0, new string('m', 2000), CommittedAtMs: 7, ExpiresAtMs: 9)).ToList();
        using (var store = Open())
        {
            store.Commit("group", offsets);
            store.Commit("group", [offsets[0]]);   // past the size from which the journal is rewritten
        }

        using var recovered = Open();
        recovered.OffsetsOf("group").ShouldBe(offsets, ignoreOrder: true);
    }

    private GroupStore Open() => new(JournalPath, NullLogger.Instance);
}
