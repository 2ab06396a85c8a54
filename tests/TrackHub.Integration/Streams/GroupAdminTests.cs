using Microsoft.Extensions.DependencyInjection;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Streams;

public sealed class GroupAdminTests
{
    [Fact]
    public async Task A_group_that_stands_still_reads_on_from_where_it_was_set()
    {
        await using var host = await TestHost.CreateAsync();
        var admin = host.Services.GetRequiredService<GroupAdmin>();
        var topic = await TestMachine.CreateTopicAsync(Topics.DeadLetters with { LogAppendTime = true }, partitions: 1);
        var group = StreamTest.NewGroup();
        await host.Producer.ProduceAllAsync(StreamTest.Letters(topic, 10), default);
        await using (var first = host.Consumer(topic, group))
        {
            await first.ReadAsync(10);
            (await admin.PositionsAsync(group, committed: null, default)).ShouldHaveSingleItem().Member.ShouldNotBeNull();
        }

        var stood = (await admin.PositionsAsync(group, committed: null, default)).ShouldHaveSingleItem();
        (stood.Committed, stood.End, stood.Lag, stood.Member).ShouldBe((10, 10, 0, null));
        (await admin.ListAsync(default)).Single(g => g.Group == group).ShouldBe(new(group, "empty", 0));

        async Task<long> SetAsync(OffsetTarget target) => (await admin.ResetAsync(group, topic.Name, target, default)).ShouldHaveSingleItem().To;
        (await SetAsync(new(Time: null, Offset: null, Shift: -3))).ShouldBe(7);
        (await SetAsync(new(Time: null, Offset: null, Shift: -30))).ShouldBe(0);
        (await SetAsync(new(Time: null, Offset: 99, Shift: null))).ShouldBe(10);
        (await SetAsync(new(DateTimeOffset.UnixEpoch.AddDays(1), null, null))).ShouldBe(0);
        (await SetAsync(new(TimeProvider.System.GetUtcNow().AddDays(1), null, null))).ShouldBe(10);
        (await SetAsync(new(Time: null, Offset: 6, Shift: null))).ShouldBe(6);

        await using var second = host.Consumer(topic, group);
        (await second.ReadAsync(4)).Select(static record => record.Number()).ShouldBe([6, 7, 8, 9]);
    }

    [Fact]
    public async Task A_group_that_is_live_or_never_read_the_topic_is_left_alone()
    {
        await using var host = await TestHost.CreateAsync();
        var admin = host.Services.GetRequiredService<GroupAdmin>();
        var topic = await TestMachine.CreateTopicAsync(Topics.DeadLetters, partitions: 1);
        var group = StreamTest.NewGroup();
        await host.Producer.ProduceAllAsync(StreamTest.Letters(topic, 10), default);
        Task<string> RefusedAsync(string name, string of) => RefusalOf(admin.ResetAsync(name, of, new(Time: null, Offset: 0, Shift: null), default));

        await using (var live = host.Consumer(topic, group))
        {
            await live.ReadAsync(10);
            (await RefusedAsync(group, topic.Name)).ShouldContain("is live");
        }

        (await admin.PositionsAsync(group, committed: null, default)).ShouldHaveSingleItem().Committed.ShouldBe(10);
        (await RefusedAsync(group, "no-such-topic")).ShouldContain($"it reads {topic.Name}");
        (await RefusedAsync(group + "x", topic.Name)).ShouldContain("has committed no offset");
        (await admin.FindAsync(group + "x", default)).State.ShouldBe("dead");
    }

    private static async Task<string> RefusalOf(Task reset) => (await reset.ShouldThrowAsync<GroupResetException>()).Message;
}
